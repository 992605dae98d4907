import type { Channel, ChildState } from '../core/children.ts';
import type { ChildCount } from '../store/store.ts';

/** What became of comments, in figures. The parts of a long text count each. */
export interface CommentCounts {
  readonly carried: number;
  /** About to be posted, or posted without an answer. */
  readonly inDoubt: number;
  /** Left where they are, by the channel they were written on. */
  readonly withheld: Readonly<Record<Channel, number>>;
  readonly refused: number;
}

export function commentCounts(counts: readonly ChildCount[]): CommentCounts {
  const sum = (state: ChildState, channel?: Channel): number =>
    counts
      .filter((one) => one.kind === 'comment' && one.state === state && one.channel === (channel ?? one.channel))
      .reduce((all, one) => all + one.count, 0);
  return {
    carried: sum('carried') + sum('sent'),
    inDoubt: sum('planned'),
    withheld: { public: sum('withheld', 'public'), internal: sum('withheld', 'internal') },
    refused: sum('refused'),
  };
}
