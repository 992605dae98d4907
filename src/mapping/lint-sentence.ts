import type { Side } from '../core/side.ts';
import type { LintProblem } from './lint-problem.ts';

const names: Readonly<Record<Side, string>> = { servicenow: 'ServiceNow', salesforce: 'Salesforce' };

/** What is wrong, and what to do about it; without the place. */
export function sentence(problem: LintProblem): string {
  switch (problem.kind) {
    case 'unknown-field':
      return `${names[problem.side]} has no field \`${problem.field}\` on ${problem.object}, or hides it from this account${meant(problem.nearest)}`;
    case 'wrong-type':
      return `\`${problem.field}\` on ${names[problem.side]} is of type ${problem.type} and cannot be mapped as ${problem.wanted}.`;
    case 'unknown-choice':
      return `\`${problem.value}\` is no choice of \`${problem.field}\` on ${names[problem.side]}${meant(problem.nearest)} It has ${some(problem.choices)}.`;
    case 'not-writable':
      return `\`${problem.field}\` on ${names[problem.side]} cannot be written by this account: give it the right, or map the field one way.`;
    case 'required-not-written':
      return `${names[problem.side]} wants \`${problem.field}\` on every new ${problem.object}, and the mapping never writes it.`;
    case 'two-writers':
      return `\`${problem.field}\` on ${names[problem.side]} is written by both \`${problem.names[0]}\` and \`${problem.names[1]}\`: keep one.`;
    case 'same-name':
      return `two fields are called \`${problem.name}\`: give one of them a \`name\` of its own.`;
    case 'external-id':
      return externalIdSentence(problem);
    case 'hold-reason-missing':
      return "the mapping can put an incident On Hold, and ServiceNow wants a reason with it: add `transitions: [{ field: 'state', to: ['3'], set: { hold_reason: '1' } }]` with a reason of your instance.";
    case 'record-type':
      return `${problem.object} has no active record type \`${problem.name}\` that this account may use${meant(problem.nearest)} ${problem.known.length === 0 ? 'It has none.' : `It has ${some(problem.known)}.`}`;
    case 'resolve-missing':
      return `a Case can close \`${problem.field}\`, and ServiceNow takes no resolve without a code and notes: add \`resolve: { closeCode, closeNotes }\` with a close code of your instance.`;
  }
}

function externalIdSentence(problem: Extract<LintProblem, { readonly kind: 'external-id' }>): string {
  const { field, object } = problem;
  switch (problem.lacks) {
    case 'field':
      return `${object} has no field \`${field}\`, or hides it from this account: add it as Text(32), Unique, External ID, and give the account the right to edit it.`;
    case 'externalId':
      return `\`${field}\` on ${object} is not an External ID: tick it in the field's settings.`;
    case 'unique':
      return `\`${field}\` on ${object} is not Unique, so a Case could be created twice: tick it in the field's settings.`;
  }
}

function meant(nearest: string | null): string {
  return nearest === null ? '.' : `; did you mean \`${nearest}\`?`;
}

function some(choices: readonly string[]): string {
  const shown = choices.slice(0, 12).map((choice) => `\`${choice}\``);
  return choices.length > shown.length
    ? `${shown.join(', ')} and ${choices.length - shown.length} more`
    : shown.join(', ');
}
