import type { ChildKind, ChildRow } from '../../core/children.ts';
import type { Link } from '../../core/link.ts';
import type { PairRules } from '../../core/rules.ts';
import type { Engine } from '../engine.ts';

/** The row that says that a link was made by us, so that its counterpart gets what the origin holds already. */
export const wholeHistory = '*';

/** The ledger's first rows of a new link. An adopted one has none: what hangs there is left alone. */
export function firstChildRows(
  engine: Engine,
  pair: PairRules,
  link: Link,
  how: 'create' | 'recover' | 'adopt',
): readonly ChildRow[] {
  if (how === 'adopt') return [];
  const kinds: readonly ChildKind[] = [
    ...(pair.comments === undefined ? [] : ['comment' as const]),
    ...(pair.files === undefined ? [] : ['file' as const]),
  ];
  return kinds.map((kind) => ({
    id: engine.ids.next(),
    linkId: link.id,
    kind,
    side: link.origin,
    sourceId: wholeHistory,
    counterpartId: null,
    channel: 'internal',
    hash: '',
    state: 'known',
    detail: {},
    createdAt: link.createdAt,
    updatedAt: link.createdAt,
  }));
}
