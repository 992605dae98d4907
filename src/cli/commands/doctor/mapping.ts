import type { ObjectDescription } from '../../../connectors/ticket-system.ts';
import type { Side } from '../../../core/side.ts';
import type { PairConfig } from '../../../mapping/define-config.ts';
import type { LintProblem } from '../../../mapping/lint-problem.ts';
import { lintPair, sentence } from '../../../mapping/lint.ts';
import type { Check } from './check.ts';

/** What a mapping is held against, a line each. */
type Topic = 'choices' | 'required' | 'external-id' | 'record-type' | 'parents' | 'writable' | 'mapping';

const fine: Readonly<Record<Exclude<Topic, 'mapping'>, string>> = {
  writable: 'every field that is written may be written',
  choices: 'every value that is mapped is a choice of its field',
  required: 'every required field is filled',
  'external-id': 'the external id is there, External ID and Unique',
  'record-type': 'the record type is there, active, and ours to use',
  parents: 'the parents are references',
};

function topicOf(problem: LintProblem): Topic {
  switch (problem.kind) {
    case 'unknown-choice':
      return 'choices';
    case 'required-not-written':
      return 'required';
    case 'not-writable':
      return 'writable';
    case 'external-id':
    case 'record-type':
      return problem.kind;
    case 'wrong-type':
      return problem.wanted === 'a parent' ? 'parents' : 'mapping';
    default:
      return 'mapping';
  }
}

/** Pure: one pair held against what both sides describe; null for a side that could not be asked. */
export function mappingChecks(
  pair: PairConfig,
  { servicenow, salesforce }: Readonly<Record<Side, ObjectDescription | null>>,
): readonly Check[] {
  const line = { where: 'casebridge', check: 'mapping' } as const;
  if (servicenow === null || salesforce === null) {
    const what = `${pair.name} cannot be held against fields that were not shown`;
    return [{ ...line, state: 'unknown', what, cure: 'mend what stands above first' }];
  }
  const problems = lintPair(pair, { servicenow, salesforce });
  const wrong = problems.map((problem): Check => ({
    where: 'casebridge',
    check: topicOf(problem),
    state: 'wrong',
    what: `${pair.name} ${problem.where}: ${sentence(problem)}`,
    ...(problem.kind === 'external-id' ? { cure: '"casebridge doctor --fix --admin" makes it' } : {}),
  }));
  const blind = [servicenow, salesforce].some(({ fields }) => fields.every((field) => field.type === 'unknown'));
  const untouched = topicsOf(pair).filter((topic) => !wrong.some(({ check }) => check === topic));
  const right = blind
    ? []
    : untouched.map((topic): Check => ({ ...line, check: topic, state: 'ok', what: `${pair.name}: ${fine[topic]}` }));
  if (wrong.length > 0) return [...wrong, ...right];
  if (blind) return [{ ...line, state: 'unknown', what: `${pair.name} fits as far as the fields are shown to us` }];
  return [...right, { ...line, state: 'ok', what: `${pair.name} fits both sides` }];
}

function topicsOf(pair: PairConfig): readonly Exclude<Topic, 'mapping'>[] {
  return [
    'writable',
    'choices',
    'required',
    'external-id',
    ...(pair.salesforce.recordType === undefined ? [] : (['record-type'] as const)),
    ...(pair.fields.some(({ kind }) => kind === 'parent') ? (['parents'] as const) : []),
  ];
}
