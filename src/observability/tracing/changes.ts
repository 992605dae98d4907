import { AsyncLocalStorage } from 'node:async_hooks';
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Attributes, Link as SpanLink, Span, SpanContext, Tracer as OtelTracer } from '@opentelemetry/api';
import { ConnectorError } from '../../connectors/errors.ts';
import { formatKey, type Link, type WorkKey } from '../../core/link.ts';
import type { Side } from '../../core/side.ts';
import type { EngineEvent, EngineEvents, EventSink } from '../../engine/events.ts';
import type { StageFacts, Tracer } from '../../engine/trace.ts';

/** The parts of @opentelemetry/api that are used; handed in, since it is loaded only where somebody traces. */
export type Api = Pick<typeof OpenTelemetry, 'trace' | 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode'>;

export interface ChangeTracing {
  readonly tracer: Tracer;
  /** What happens within a stage becomes a part of it. */
  readonly hear: EventSink;
}

/** A stage that runs. */
interface Frame {
  readonly span: Span;
  /** The whole of which it is a part; itself where it is one. */
  readonly whole: Frame | null;
  readonly startedAt: number;
  /** False for a poll that found nothing: its span is dropped, and what it asked is never made one. */
  keep: boolean;
  /** What goes on after it, such as files that travel beside the tickets, is no part of it. */
  over: boolean;
  readonly later: (() => void)[];
}

const mostRemembered = 10_000;

/**
 * Follows changes from the poll that found them to the record of what was written. A reconcile whose keys one poll has queued is a
 * part of that poll's trace, so that one change is one trace; one that works for several polls is linked to each. No attribute
 * holds what a ticket says: names of pairs and sides, counts, outcomes, and our own link ids.
 */
export function createChangeTracing(otel: OtelTracer, api: Api, now: () => number): ChangeTracing {
  const running = new AsyncLocalStorage<Frame>();
  const queuedBy = new Map<string, SpanContext>();

  const begin = (name: string, attributes: Attributes, parent: SpanContext | null, links: SpanLink[] = []): Span => {
    const context = parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, parent);
    return otel.startSpan(`casebridge.${name}`, { attributes, links, startTime: now() }, context);
  };

  async function run<T>(frame: Frame, work: () => Promise<T>): Promise<T> {
    try {
      return await running.run(frame, work);
    } catch (error) {
      frame.keep = true;
      // An error's message may quote a desk's answer: its kind is enough.
      const kind = error instanceof ConnectorError ? error.kind : error instanceof Error ? error.name : 'unknown';
      frame.span.setAttribute('error.type', kind);
      frame.span.setStatus({ code: api.SpanStatusCode.ERROR });
      throw error;
    } finally {
      frame.over = true;
      if (frame.keep) {
        for (const add of frame.later) add();
        frame.span.end(now());
      }
    }
  }

  /** Adds a part that is over already. */
  function addPart(frame: Frame, name: string, startedAt: number, attributes: Attributes, failed: boolean): void {
    const endedAt = now();
    const add = (): void => {
      const parent = api.trace.setSpan(api.ROOT_CONTEXT, frame.span);
      const kind = name.startsWith('desk.') ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL;
      const span = otel.startSpan(`casebridge.${name}`, { attributes, startTime: startedAt, kind }, parent);
      if (failed) span.setStatus({ code: api.SpanStatusCode.ERROR });
      span.end(endedAt);
    };
    if (frame.keep) add();
    else frame.later.push(add);
  }

  const frameOf = (span: Span, whole: Frame | null, keep: boolean): Frame => ({
    span,
    whole,
    startedAt: now(),
    keep,
    over: false,
    later: [],
  });

  return {
    tracer: {
      stage: (stage, facts, work) => {
        const outer = running.getStore() ?? null;
        const span = begin(stage, named(facts), outer?.span.spanContext() ?? null);
        return run(frameOf(span, outer?.whole ?? outer, stage !== 'poll'), work);
      },
      reconcile: (keys, work) => {
        const origins = originsOf(queuedBy, keys);
        const only = origins.length === 1 ? (origins[0] ?? null) : null;
        const links = only === null ? origins.map((context) => ({ context })) : [];
        const span = begin('reconcile', { 'casebridge.keys': keys.length }, only, links);
        return run(frameOf(span, null, true), work);
      },
      queued: (keys) => {
        const frame = running.getStore();
        if (frame === undefined || frame.over || keys.length === 0) return;
        frame.keep = true;
        const context = frame.span.spanContext();
        for (const key of keys) remember(queuedBy, formatKey(key), context);
      },
    },
    hear: (event) => {
      const frame = running.getStore();
      if (frame === undefined || frame.over) return;
      if (event.type === 'desk.called') {
        const { outcome, operation, durationMs } = event;
        const failed = outcome !== 'done' && outcome !== 'partly';
        addPart(frame, `desk.${operation}`, now() - durationMs, callFacts(event), failed);
        return;
      }
      const facts = changeFacts(event);
      if (facts !== null) addPart(frame, 'change', (frame.whole ?? frame).startedAt, facts, false);
    },
  };
}

/** The polls that queued these keys, each once; what is asked for is forgotten. */
function originsOf(queuedBy: Map<string, SpanContext>, keys: readonly WorkKey[]): readonly SpanContext[] {
  const origins = new Map<string, SpanContext>();
  for (const key of keys.map(formatKey)) {
    const origin = queuedBy.get(key);
    queuedBy.delete(key);
    if (origin !== undefined) origins.set(origin.spanId, origin);
  }
  return [...origins.values()];
}

function remember(queuedBy: Map<string, SpanContext>, key: string, context: SpanContext): void {
  queuedBy.delete(key);
  queuedBy.set(key, context);
  for (const oldest of queuedBy.keys()) {
    if (queuedBy.size <= mostRemembered) return;
    queuedBy.delete(oldest);
  }
}

function named(facts: StageFacts): Attributes {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`casebridge.${name}`, value]));
}

function callFacts({ side, operation, outcome, items }: EngineEvents['desk.called']): Attributes {
  return {
    'casebridge.side': side,
    'casebridge.operation': operation,
    'casebridge.items': items,
    'casebridge.outcome': outcome,
  };
}

/** What became of one pair of tickets; null for what is no change. */
function changeFacts(event: EngineEvent): Attributes | null {
  const facts = (link: Link, outcome: string, to: readonly Side[], fields: number): Attributes => ({
    'casebridge.pair': link.pair,
    'casebridge.link': link.id,
    'casebridge.outcome': outcome,
    'casebridge.to': [...new Set(to)],
    'casebridge.fields': fields,
  });
  switch (event.type) {
    case 'link.updated':
      return facts(
        event.link,
        'updated',
        event.moves.map((move) => move.to),
        event.moves.length,
      );
    case 'link.created':
      return facts(event.link, 'created', [event.on], 0);
    case 'conflict.noted':
      return facts(event.link, 'conflict', [], 1);
    default:
      return null;
  }
}
