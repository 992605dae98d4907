import type { Decision } from '../../engine/work.ts';
import { describeHold, describeMoves } from '../../observability/describe-change.ts';
import { pairName, sideNames } from '../../observability/words.ts';
import type { MappingTried } from '../../operate/mapping-plan.ts';
import { namesOf } from '../../operate/names-of.ts';
import type { MappingPlan, Planned } from '../schemas/pairs.ts';

const none = { looked: 0, wouldChange: 0, wouldConflict: 0, wouldStay: 0, byField: {}, samples: [] };

/** What another mapping would change: figures, and a few tickets to look at. */
export function planView(tried: MappingTried, samples: number): MappingPlan {
  if (!tried.ok) {
    const problems = tried.problems.map(({ where, what }) => ({ where, what }));
    return { ok: false, problems, ...none, text: 'The mapping is not in order; nothing was read.' };
  }
  const plans = tried.planned.map(({ decision }) => planned(decision));
  const changing = plans.filter((plan) => plan.fields.length > 0);
  const wouldConflict = tried.planned.filter(({ decision }) => conflictsIn(decision) > 0).length;
  const byField: Record<string, number> = {};
  for (const { fields } of changing) for (const { field } of fields) byField[field] = (byField[field] ?? 0) + 1;
  return {
    ok: true,
    problems: [],
    looked: tried.looked,
    wouldChange: changing.length,
    wouldConflict,
    wouldStay: plans.length - changing.length,
    byField,
    samples: changing.slice(0, samples),
    text: `Of ${tried.looked} pairs of tickets looked at, ${changing.length} would change and ${wouldConflict} would be in conflict. Nothing was written.`,
  };
}

function conflictsIn(decision: Decision): number {
  return decision.kind === 'plan' && 'conflicts' in decision.plan ? decision.plan.conflicts.length : 0;
}

function planned(decision: Decision): Planned {
  const link = decision.work.kind === 'link' ? decision.work.link : null;
  const names = link ?? { ids: noNames, numbers: noNames };
  const what = describe(decision);
  return {
    linkId: link?.id ?? null,
    ...namesOf({ pair: decision.work.pair.name, ids: names.ids, numbers: names.numbers }),
    ...what,
    text: link === null ? what.text : `${pairName(link)}: ${what.text}`,
  };
}

const noNames = { servicenow: null, salesforce: null };

function describe(decision: Decision): Pick<Planned, 'action' | 'text' | 'fields'> {
  if (decision.kind === 'missing') {
    return { action: 'missing', text: `${sideNames[decision.side]} does not show its record`, fields: [] };
  }
  if (decision.kind !== 'plan') return { action: decision.kind, text: 'nothing is done now', fields: [] };
  const { plan } = decision;
  if (plan.kind === 'write') {
    const fields = plan.moves.map(({ field, to, before, value }) => ({ field, to, before, value }));
    return { action: 'update', text: describeMoves(plan.moves), fields };
  }
  if (plan.kind === 'agree') {
    const held = plan.holds.map(describeHold).join('; ');
    return { action: 'none', text: held === '' ? 'both sides agree' : held, fields: [] };
  }
  return { action: plan.kind, text: 'nothing is written now', fields: [] };
}
