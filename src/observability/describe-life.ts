import type { Life, Link } from '../core/link.ts';
import { otherSide } from '../core/side.ts';
import { oneLine, sideNames } from './words.ts';

/** What became of one of the records of a link, and what was done about the other; nothing to say while both are there. */
export function describeLife({ life, status }: Pick<Link, 'life' | 'status'>): string {
  if (life === null) return status === 'detached' ? 'unlinked by a person' : 'both records are there';
  return life.kind === 'missing' ? describeSeen(life) : `${describeSeen(life)}; ${doneAbout(life)}`;
}

/** What was seen. */
export function describeSeen(life: Life): string {
  const where = sideNames[life.side];
  switch (life.kind) {
    case 'missing':
      return life.looks > 1
        ? `missing in ${where} since ${life.since.slice(0, 16).replace('T', ' ')} UTC: deleted, or hidden from our user`
        : `not shown by ${where} just now`;
    case 'deleted':
      return `deleted in ${where}`;
    case 'merged':
      return `merged in ${where} into ${oneLine(life.into)}`;
    case 'out-of-scope':
      return `left the scope in ${where}`;
  }
}

function doneAbout(life: Exclude<Life, { readonly kind: 'missing' }>): string {
  const across = sideNames[otherSide(life.side)];
  switch (life.done) {
    case 'planned':
      return `what follows in ${across} is under way`;
    case 'told':
      return `the ticket in ${across} was told so internally and let go`;
    case 'closed':
      return `the ticket in ${across} was closed`;
    case 'deleted':
      return `the ticket in ${across} was deleted, too`;
    case 'nothing':
      return `the ticket in ${across} was let go without a notice`;
  }
}
