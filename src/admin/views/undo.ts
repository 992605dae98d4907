import { describeUndo } from '../../observability/describe-undo.ts';
import { namesOf, unnamed } from '../../operate/names-of.ts';
import { markOf } from '../../operate/undo-job.ts';
import type { UndoItem as Item, UndoPlan as Plan } from '../../operate/undo.ts';
import type { UndoItem, UndoPlan } from '../schemas/undo.ts';

const shown = 500;

/** What an undo would do, as a person looks at it. */
export function undoPlanView(plan: Plan): UndoPlan {
  const backs = plan.items.filter(({ judged }) => judged.kind === 'put-back');
  const leaves = plan.items.filter(({ judged }) => judged.kind === 'leave');
  return {
    mark: markOf(plan),
    putBack: backs.length,
    tickets: new Set(backs.map(({ was }) => was.linkId)).size,
    leave: leaves.length,
    items: [...backs, ...leaves].slice(0, shown).map(itemView),
  };
}

function itemView(item: Item): UndoItem {
  const { link, was, judged } = item;
  return {
    action: judged.kind,
    linkId: was.linkId,
    ...namesOf(link ?? unnamed),
    field: was.field,
    side: was.side,
    now: judged.now ?? null,
    backTo: was.before,
    text: describeUndo(item),
  };
}
