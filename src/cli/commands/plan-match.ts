import type { MatchReason } from '../../core/match/rules.ts';
import type { PlannedItem } from '../../engine/dry-run.ts';
import { counted } from '../../observability/words.ts';

/** What a first contact would come to, in figures. */
export interface MatchFigures {
  /** Pairs of tickets that are one already, by what shows it: `stamp`, `number`, `person`, or the name of a rule. */
  readonly paired: Readonly<Record<string, number>>;
  readonly proposed: number;
  readonly created: number;
}

/** Counts pairs of tickets, each once, whichever of the two they were found from. */
export function matchFigures(planned: readonly PlannedItem[]): MatchFigures {
  const paired = new Map<string, Set<string>>();
  const proposed = new Set<string>();
  let created = 0;
  for (const { decision } of planned) {
    if (decision.kind !== 'plan' || decision.work.kind !== 'new') continue;
    const { plan, work } = decision;
    if (plan.kind === 'create') created += 1;
    if (plan.kind === 'adopt' && 'by' in plan) {
      const { servicenow, salesforce } = plan.records;
      const seen = paired.get(nameOf(plan.by)) ?? new Set<string>();
      paired.set(nameOf(plan.by), seen.add(`${work.pair.name} ${servicenow.id} ${salesforce.id}`));
    }
    if (plan.kind === 'propose')
      for (const { id } of plan.candidates)
        proposed.add(
          `${work.pair.name} ${[work.origin.id, id].toSorted((a, b) => a.localeCompare(b, 'en')).join(' ')}`,
        );
  }
  return {
    paired: Object.fromEntries([...paired].map(([name, pairs]) => [name, pairs.size])),
    proposed: proposed.size,
    created,
  };
}

function nameOf(by: MatchReason): string {
  return by.kind === 'rule' ? by.rule : by.kind;
}

/** `Of tickets without a counterpart: 100 pairs by number, 3 proposals for a person, 40 to be created.` Null where there are none. */
export function describeFigures({ paired, proposed, created }: MatchFigures): string | null {
  const parts = [
    ...Object.entries(paired).map(([name, count]) => `${counted(count, 'pair')} by ${name}`),
    ...(proposed === 0 ? [] : [`${counted(proposed, 'proposal')} for a person`]),
    ...(created === 0 ? [] : [`${created.toLocaleString('en-US')} to be created across`]),
  ];
  return parts.length === 0 ? null : `Of tickets without a counterpart: ${parts.join(', ')}.`;
}
