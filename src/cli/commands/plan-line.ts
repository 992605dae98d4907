import type { Channel } from '../../core/children.ts';
import type { FieldConflict, FieldMove } from '../../core/plan.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import type { PlannedItem } from '../../engine/dry-run.ts';
import type { LifeStep } from '../../engine/life/step.ts';
import type { Decision } from '../../engine/work.ts';
import { describeHold, describeMoves } from '../../observability/describe-change.ts';
import { describeReason } from '../../observability/describe-standing.ts';
import { describeMatch } from '../../observability/describe-match.ts';
import { counted, fieldLabel, pairName, showValue, sideNames } from '../../observability/words.ts';
import { namesOf } from '../../operate/names-of.ts';
import { describeStep } from './plan-life.ts';

/** One line of `plan --json`. */
export interface PlanLine {
  readonly key: string;
  readonly pair: string;
  readonly servicenowId: string | null;
  readonly salesforceId: string | null;
  readonly servicenowNumber: string | null;
  readonly salesforceNumber: string | null;
  readonly action:
    | 'create'
    | 'update'
    | 'adopt'
    | 'propose'
    | 'none'
    | 'wait'
    | 'quarantine'
    | 'ignore'
    | 'missing'
    | 'end'
    | 'follow'
    | 'back';
  /** The side that would be written to by a create. */
  readonly on: Side | null;
  readonly fields: readonly (FieldMove | { readonly field: string; readonly to: Side; readonly value: unknown })[];
  readonly conflicts: readonly FieldConflict[];
  /** Comments and follow-ups that would be posted, the parts of a long one each. */
  readonly comments: readonly PlannedComment[];
  /** The same in one line for a person. */
  readonly text: string;
}

export interface PlannedComment {
  readonly on: Side;
  readonly channel: Channel;
  /** Id of the comment across, with what tells its parts and follow-ups apart. */
  readonly sourceId: string;
}

type Records = Readonly<Record<'ids' | 'numbers', Readonly<Record<Side, string | null>>>>;

/** What would be done about one key. */
export function planLine(item: PlannedItem): PlanLine {
  return planRow(item).line;
}

/** False for what would be left as it is. */
export function acts({ action, conflicts }: PlanLine): boolean {
  return !['none', 'ignore'].includes(action) || conflicts.length > 0;
}

/** The same with its parts: what people call the tickets, and what would be done about them. */
export function planRow({ key, decision }: PlannedItem): {
  readonly line: PlanLine;
  readonly tickets: string;
  readonly what: string;
} {
  const { ids, numbers } = recordsOf(decision);
  const what = describe(decision);
  const name = pairName({ ids: bothSides((side) => ids[side] ?? '(none)'), numbers });
  const comments = commentsOf(decision);
  const names = namesOf({ pair: decision.work.pair.name, ids, numbers });
  const line = { key, ...names, on: null, fields: [], conflicts: [], comments, ...what };
  const told = (more: Partial<PlanLine>, text: string): ReturnType<typeof planRow> => ({
    line: { ...line, ...more, text: `${name}: ${text}` },
    tickets: name,
    what: text,
  });
  if (comments.length === 0) return told({}, what.text);
  const said = sides.flatMap((side) => {
    const count = comments.filter(({ on }) => on === side).length;
    return count === 0 ? [] : [`${counted(count, 'comment')} would be posted in ${sideNames[side]}`];
  });
  const action = what.action === 'none' ? 'update' : what.action;
  return told({ action }, `${what.text}; ${said.join(', ')}`);
}

function commentsOf(decision: Decision): readonly PlannedComment[] {
  if (decision.kind !== 'plan' || !('children' in decision) || decision.children === null) return [];
  return decision.children.comments.posts.map(({ to, row }) => ({
    on: to,
    channel: row.channel,
    sourceId: row.sourceId,
  }));
}

function recordsOf(decision: Decision): Records {
  if (decision.work.kind === 'link') return decision.work.link;
  if (decision.kind === 'plan' && decision.plan.kind === 'adopt') {
    const { records } = decision.plan;
    return { ids: bothSides((side) => records[side].id), numbers: bothSides((side) => records[side].number) };
  }
  const { side, id } = decision.work.origin;
  const number = 'origin' in decision ? (decision.origin?.number ?? null) : null;
  return {
    ids: bothSides((one) => (one === side ? id : null)),
    numbers: bothSides((one) => (one === side ? number : null)),
  };
}

type What = Pick<PlanLine, 'action' | 'text'> & Partial<PlanLine>;

function describe(decision: Decision): What {
  if (decision.kind === 'missing') {
    return {
      action: 'missing',
      text: `${sideNames[decision.side]} does not show the record (${decision.how}); nothing is done`,
    };
  }
  if (decision.kind === 'life')
    return { action: lifeAction(decision.life), text: describeStep(decision.work.link, decision.life) };
  if (decision.kind === 'in-doubt')
    return { action: 'wait', text: 'a create whose answer was lost is looked for first' };
  if (decision.kind === 'faulty') {
    const { field, why, said } = decision.fault;
    return { action: 'quarantine', text: `set aside: ${describeReason({ kind: 'mapping', field, why, said })}` };
  }
  const { plan } = decision;
  switch (plan.kind) {
    case 'agree':
      return {
        action: 'none',
        conflicts: plan.conflicts,
        text: plan.holds.length === 0 ? 'both sides agree' : plan.holds.map(describeHold).join('; '),
      };
    case 'write':
      return { action: 'update', fields: plan.moves, conflicts: plan.conflicts, text: describeMoves(plan.moves) };
    case 'create':
      return {
        action: 'create',
        on: plan.on,
        fields: Object.entries(plan.fields).map(([field, value]) => ({ field, to: plan.on, value })),
        text: `would be created in ${sideNames[plan.on]}: ${Object.entries(plan.fields)
          .map(([field, value]) => `${fieldLabel(field, plan.on)} ${showValue(field, plan.on, value)}`)
          .join('; ')}`,
      };
    case 'adopt':
      return { action: 'adopt', text: `would be paired, ${describeMatch(plan.by)}` };
    case 'propose':
      return {
        action: 'propose',
        text: `may be one ticket with ${plan.candidates.map((one) => `${one.number ?? one.id} (${describeMatch(one.why)})`).join(', ')}; a person has to say`,
      };
    case 'wait':
      return {
        action: 'wait',
        text:
          plan.reason.kind === 'in-doubt'
            ? 'a write whose answer was lost is read back first'
            : 'a side did not show it',
      };
    case 'quarantine':
      return {
        action: 'quarantine',
        text: `would be set aside: ${describeReason({ ...plan, kind: 'plan' })}`,
      };
    case 'ignore':
      return { action: 'ignore', text: ignored[plan.why] };
  }
}

const ignored = {
  'out-of-scope': 'out of scope',
  absent: 'not there any more',
  'taken-up': 'would be paired by another one of these',
} as const;

function lifeAction({ kind }: LifeStep): PlanLine['action'] {
  if (kind === 'stopped') return 'quarantine';
  return kind === 'over' ? 'none' : kind;
}
