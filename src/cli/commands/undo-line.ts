import { namesOf, unnamed } from '../../operate/names-of.ts';
import type { UndoItem } from '../../operate/undo.ts';

/** One line of `undo --json`. */
export function undoLine({ link, was, judged }: UndoItem): Readonly<Record<string, unknown>> {
  return {
    action: judged.kind,
    why: judged.kind === 'leave' ? judged.why : null,
    linkId: was.linkId,
    ...namesOf(link ?? unnamed),
    field: was.field,
    side: was.side,
    now: judged.now ?? null,
    backTo: was.before,
  };
}
