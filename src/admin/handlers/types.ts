import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operator } from '../../operate/operator.ts';
import type { AdminContext, Who } from '../context.ts';
import type { Answer, Body, Params, Query, RouteName } from '../routes.ts';

/** One request, checked: who asks, and what for. */
export interface Ask<N extends RouteName> {
  readonly params: Params<N>;
  readonly query: Query<N>;
  readonly body: Body<N>;
  /** Null on routes that are open or signed. */
  readonly who: Who | null;
  /** Whoever asks, acting on the store. */
  readonly operator: Operator;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type Handler<N extends RouteName> = (ask: Ask<N>) => Promise<Answer<N>>;

/** A handler for each of these routes. One whose answer is a stream sends it itself. */
export type HandlersOf<N extends RouteName> = { readonly [K in N]: Handler<K> };

export type MakeHandlers<N extends RouteName> = (context: AdminContext) => HandlersOf<N>;
