import { ConnectorError } from '../../connectors/errors.ts';
import type { PostResult } from '../../connectors/children.ts';
import type { Sending } from '../../connectors/ticket-system.ts';
import type { CommentPost } from '../../core/comments/plan.ts';
import { iso } from '../../core/clock.ts';
import { type Side, sides } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import type { ChildOutcome, ToCarry } from './plan.ts';
import { afterFailure, afterPost, type AfterPost, notSent } from './post-result.ts';
import { tellComments } from './tell.ts';

/** About as many as one call carries on either side. Few tickets send several in one call, many send one each. */
const perCall = 200;

interface Waiting {
  readonly one: ToCarry;
  readonly posts: CommentPost[];
}

/**
 * Posts the comments of a batch, both sides at once, in as few calls as keep every ticket's order: what follows a post that may have
 * been lost, or that could not be sent, stays here. Never rejects.
 */
export async function carryComments(
  engine: Engine,
  batch: readonly ToCarry[],
  sending: Sending,
): Promise<ReadonlyMap<string, ChildOutcome>> {
  const results = new Map<string, AfterPost[]>(batch.map(({ key }) => [key, []]));
  const keep = (one: ToCarry, result: AfterPost): void => {
    results.get(one.key)?.push(result);
  };
  await Promise.all(sides.map((side) => postTo(engine, side, batch, keep, sending)));
  return new Map(
    batch.map((one) => {
      const after = results.get(one.key) ?? [];
      const rows = [...one.plan.comments.rows, ...after.map(({ row }) => row)];
      const deferredBy = after.find(({ deferredBy: error }) => error !== null)?.deferredBy ?? null;
      return [one.key, { rows, deferredBy, ...tellComments(engine, one, after) }];
    }),
  );
}

async function postTo(
  engine: Engine,
  to: Side,
  batch: readonly ToCarry[],
  keep: (one: ToCarry, result: AfterPost) => void,
  sending: Sending,
): Promise<void> {
  let waiting = batch
    .map((one): Waiting => ({ one, posts: one.plan.comments.posts.filter((post) => post.to === to) }))
    .filter(({ posts }) => posts.length > 0);
  const leave = ({ one, posts }: Waiting): void => {
    for (const post of posts) keep(one, notSent(post, iso(engine.clock.now())));
    posts.length = 0;
  };
  for (const one of waiting) if (one.one.down.has(to)) leave(one);
  for (;;) {
    waiting = waiting.filter(({ posts }) => posts.length > 0);
    if (waiting.length === 0) return;
    if (!(await sending.stillOurs())) return waiting.forEach(leave);
    const each = Math.max(1, Math.floor(perCall / waiting.length));
    const sent = waiting.map((one) => ({ one, posts: one.posts.splice(0, each) }));
    const answers = await send(
      engine,
      to,
      sent.flatMap(({ one, posts }) => posts.map((post) => ({ work: one.one, post }))),
      sending,
    );
    let at = 0;
    for (const { one, posts } of sent) {
      for (const post of posts) {
        const answer = answers[at];
        at += 1;
        const after = afterPost(post, answer ?? lost(to), iso(engine.clock.now()));
        keep(one.one, after);
        if (after.stops) leave(one);
      }
    }
  }
}

async function send(
  engine: Engine,
  to: Side,
  posts: readonly { readonly work: ToCarry; readonly post: CommentPost }[],
  sending: Sending,
): Promise<readonly PostResult[]> {
  const desk = engine.systems[to].children;
  if (desk === undefined) return posts.map(() => lost(to));
  const requests = posts.map(({ work, post }) => ({
    object: work.work.pair.objects[to],
    recordId: work.work.link.ids[to],
    channel: post.row.channel,
    text: post.text,
  }));
  return desk.post(requests, sending).catch((error: unknown) => requests.map(() => afterFailure(to, error)));
}

function lost(side: Side): PostResult {
  return {
    kind: 'failed',
    error: new ConnectorError('Unavailable', { side, executed: 'maybe', cause: 'answer-incomplete' }),
  };
}
