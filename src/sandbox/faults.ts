import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Faults that can be switched on. Each is a thing the real systems or the network between have done to somebody. */
export type FaultKind =
  | 'rate-limited'
  | 'rate-limited-bare'
  | 'unavailable'
  | 'gateway-html'
  | 'accepted-dropped'
  | 'ok-html'
  | 'ok-error'
  | 'ok-empty'
  | 'drop-before'
  | 'drop-after'
  | 'slow'
  | 'late-rows'
  | 'locked-row'
  | 'error-after'
  | 'daily-limit'
  | 'expired-token'
  | 'revoked-token';

export interface Fault {
  readonly kind: FaultKind;
  /** Part of the path it applies to; every API path when left out. */
  readonly path?: string;
  readonly method?: string;
  /** How many times it strikes; for ever when left out. */
  readonly times?: number;
  /** Lets this many matching requests through first. */
  readonly skip?: number;
  /** `slow`, `late-rows`: how long. `rate-limited`: what Retry-After says. */
  readonly ms?: number;
  /** `locked-row`: the record. */
  readonly id?: string;
}

interface Armed {
  readonly fault: Fault;
  skip: number;
  left: number;
}

/** The switches of one desk. */
export class Faults {
  #armed: Armed[] = [];
  readonly fired: Partial<Record<FaultKind, number>> = {};

  add(fault: Fault): void {
    this.#armed.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#armed = [];
  }

  list(): readonly Fault[] {
    return this.#armed.map((armed) => armed.fault);
  }

  /** The first armed fault of one of these kinds that matches, used up by one. */
  strike(
    request: { readonly method: string; readonly path: string; readonly id?: string; readonly onlyNamed?: boolean },
    kinds: readonly FaultKind[],
  ): Fault | null {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (!kinds.includes(fault.kind) || armed.left <= 0) continue;
      if (fault.path === undefined && request.onlyNamed === true) continue;
      if (fault.path !== undefined && !request.path.includes(fault.path)) continue;
      if (fault.method !== undefined && fault.method !== request.method) continue;
      if (fault.id !== undefined && fault.id !== request.id) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      this.fired[fault.kind] = (this.fired[fault.kind] ?? 0) + 1;
      return fault;
    }
    return null;
  }

  /** Milliseconds for which new rows stay invisible to queries; 0 when off. */
  lateRowsMs(): number {
    return this.#armed.find((armed) => armed.fault.kind === 'late-rows')?.fault.ms ?? 0;
  }
}

/** What the vendor answers for each fault that is a plain answer: bodies differ per side. */
export type FaultAnswers = Readonly<
  Record<
    Exclude<
      FaultKind,
      'drop-before' | 'drop-after' | 'slow' | 'late-rows' | 'locked-row' | 'error-after' | 'revoked-token'
    >,
    (fault: Fault) => {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
      readonly type: string;
    }
  >
>;

const answering = [
  'rate-limited',
  'rate-limited-bare',
  'unavailable',
  'gateway-html',
  'accepted-dropped',
  'ok-html',
  'ok-error',
  'ok-empty',
  'daily-limit',
  'expired-token',
] as const;

/** Arms the faults on every path that `applies` names; on one it calls `when-named`, only faults that name a path. `locked-row`, `late-rows` and `revoked-token` are the desk's own affair. */
export function armFaults(
  app: FastifyInstance,
  faults: Faults,
  answers: FaultAnswers,
  applies: (request: FastifyRequest) => boolean | 'when-named',
): void {
  const at = (request: FastifyRequest): { method: string; path: string; onlyNamed: boolean } => ({
    method: request.method,
    path: decoded(request.url),
    onlyNamed: applies(request) === 'when-named',
  });
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (applies(request) === false) return undefined;
    const slow = faults.strike(at(request), ['slow']);
    if (slow !== null) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 1000));
    if (faults.strike(at(request), ['drop-before']) !== null) {
      request.raw.socket.destroy();
      return reply.hijack();
    }
    const fault = faults.strike(at(request), answering);
    if (fault === null) return undefined;
    const answer = answers[fault.kind as (typeof answering)[number]](fault);
    return reply
      .code(answer.status)
      .headers(answer.headers ?? {})
      .type(answer.type)
      .send(answer.body);
  });
  app.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    if (applies(request) !== false && faults.strike(at(request), ['drop-after']) !== null) {
      request.raw.socket.destroy();
      reply.hijack();
    }
    return payload;
  });
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    // A stray % stands for itself.
    return url;
  }
}
