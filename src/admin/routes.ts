import type { z } from 'zod';
import { linksRoutes } from './routes/links.ts';
import { peopleRoutes } from './routes/people.ts';
import { sessionRoutes } from './routes/session.ts';
import { undoRoutes } from './routes/undo.ts';
import { waitingRoutes } from './routes/waiting.ts';
import { workRoutes } from './routes/work.ts';

/** Every address of the API. The server, the OpenAPI document and the tests of who may do what are made from this table. */
export const routes = {
  ...sessionRoutes,
  ...linksRoutes,
  ...waitingRoutes,
  ...workRoutes,
  ...peopleRoutes,
  ...undoRoutes,
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

type Out<T> = T extends z.ZodType ? z.output<T> : undefined;
type In<T> = T extends z.ZodType ? z.input<T> : undefined;
type Part<N extends RouteName, K extends string> = Routes[N] extends Readonly<Record<K, infer T>> ? T : undefined;

/** What a handler returns, and what a client gets. */
export type Answer<N extends RouteName> = Out<Part<N, 'answer'>>;
/** What a handler is given. */
export type Params<N extends RouteName> = Out<Part<N, 'params'>>;
export type Query<N extends RouteName> = Out<Part<N, 'query'>>;
export type Body<N extends RouteName> = Out<Part<N, 'body'>>;
/** What a client sends. */
export type QueryInput<N extends RouteName> = In<Part<N, 'query'>>;
export type BodyInput<N extends RouteName> = In<Part<N, 'body'>>;
