import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import { withObserved } from '../../src/connectors/with/observed.ts';
import { bothSides, type Side } from '../../src/core/side.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { poll } from '../../src/engine/poll.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { createChangeTracing } from '../../src/observability/tracing/changes.ts';
import { openTracing } from '../../src/observability/tracing/open.ts';
import { createWorld, newIncident, type World } from '../engine/world.ts';
import { openSink } from './http-sink.ts';

const canary = 'c4n4ry';

/** The world of the engine's tests, with somebody who traces it. */
function tracedBy(world: World, tracing: Pick<ReturnType<typeof createChangeTracing>, 'tracer' | 'hear'>): Engine {
  const emit: Engine['emit'] = (event) => {
    world.engine.emit(event);
    tracing.hear(event);
  };
  const systems = bothSides((side) =>
    withObserved(world.desks[side], world.clock, (call) => emit({ type: 'desk.called', ...call })),
  );
  return { ...world.engine, systems, emit, tracer: tracing.tracer };
}

function createTraced() {
  const world = createWorld();
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracing = createChangeTracing(provider.getTracer('test'), api, () => world.clock.now());
  const engine = tracedBy(world, tracing);
  const [pair] = engine.pairs;
  if (pair === undefined) throw new Error('no pair');
  return {
    world,
    spans: () => exporter.getFinishedSpans(),
    forget: () => exporter.reset(),
    poll: (side: Side) => poll(engine, pair, side, { unlimitedCreates: false }),
    work: async () => reconcile(engine, await world.store.queue.takeBatch(200)),
  };
}

type Traced = ReturnType<typeof createTraced>;

async function carryAll({ world, poll: pollSide, work }: Traced): Promise<void> {
  await world.clock.advance(10_000);
  await pollSide('servicenow');
  await work();
}

/** Spans as a tree, one line each; parts in the order they began. */
function tree(spans: readonly ReadableSpan[], parent?: string, depth = 0): readonly string[] {
  return spans
    .filter((span) => span.parentSpanContext?.spanId === parent)
    .flatMap((span) => [
      `${'  '.repeat(depth)}${span.name.replace('casebridge.', '')}`,
      ...tree(spans, span.spanContext().spanId, depth + 1),
    ]);
}

describe('the trace of a change', () => {
  it('is one, from the poll that found it to the record of what was written', async () => {
    const traced = createTraced();
    traced.world.put('servicenow', { ...newIncident, short_description: canary });
    await carryAll(traced);
    const spans = traced.spans();
    expect(tree(spans)).toEqual([
      'poll',
      '  desk.changes',
      '  reconcile',
      '    load',
      '    read',
      '      desk.read',
      '    merge',
      '      desk.probe',
      '    note',
      '    apply',
      '      desk.create',
      '    record',
      '      change',
    ]);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    const change = spans.find((span) => span.name === 'casebridge.change');
    const { id } = await traced.world.link();
    expect(change?.attributes).toMatchObject({
      'casebridge.pair': 'incident-case',
      'casebridge.link': id,
      'casebridge.outcome': 'created',
      'casebridge.to': ['salesforce'],
    });
  });

  it('follows an edit to its write, and says of how many fields', async () => {
    const traced = createTraced();
    const born = traced.world.put('servicenow', newIncident);
    await carryAll(traced);
    await traced.poll('salesforce');
    await traced.world.work();
    traced.forget();
    await traced.world.edit('servicenow', born.id, { short_description: canary, urgency: '1' });
    await carryAll(traced);
    const change = traced.spans().find((span) => span.name === 'casebridge.change');
    expect(change?.attributes).toMatchObject({ 'casebridge.outcome': 'updated', 'casebridge.fields': 2 });
    expect(tree(traced.spans()).map((line) => line.trim())).toContain('desk.update');
  });

  it('holds nothing of what a ticket says, nor its number or ids', async () => {
    const traced = createTraced();
    const born = traced.world.put('servicenow', { ...newIncident, short_description: canary, description: canary });
    await carryAll(traced);
    const { numbers, ids } = await traced.world.link();
    const text = JSON.stringify(
      traced.spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
    );
    for (const secret of [canary, born.id, ids.salesforce, numbers.servicenow ?? '?', numbers.salesforce ?? '?'])
      expect(text).not.toContain(secret);
  });

  it('is not made of polls that found nothing', async () => {
    const traced = createTraced();
    await traced.world.clock.advance(10_000);
    await traced.poll('servicenow');
    await traced.poll('salesforce');
    expect(traced.spans()).toEqual([]);
  });

  it('is linked to each poll where one batch works for several', async () => {
    const traced = createTraced();
    traced.world.put('servicenow', newIncident);
    traced.world.put('salesforce', { Subject: 'Another one', Status: 'New', Priority: 'Medium', Description: null });
    await traced.world.clock.advance(10_000);
    await traced.poll('servicenow');
    await traced.poll('salesforce');
    await traced.work();
    const polls = traced.spans().filter((span) => span.name === 'casebridge.poll');
    const [batch] = traced.spans().filter((span) => span.name === 'casebridge.reconcile');
    expect(polls).toHaveLength(2);
    expect(batch?.parentSpanContext).toBeUndefined();
    expect(batch?.links.map(({ context }) => context.spanId).toSorted()).toEqual(
      polls.map((span) => span.spanContext().spanId).toSorted(),
    );
  });

  it('tells what kind of failure ended it, and not in whose words', async () => {
    const traced = createTraced();
    traced.world.desks.servicenow.faults.add({ method: 'changes', error: 'Unavailable', code: canary });
    await expect(traced.poll('servicenow')).rejects.toBeInstanceOf(ConnectorError);
    const [span] = traced.spans().filter(({ name }) => name === 'casebridge.poll');
    expect(span?.status).toEqual({ code: api.SpanStatusCode.ERROR });
    expect(span?.attributes['error.type']).toBe('Unavailable');
    expect(JSON.stringify(traced.spans().map(({ attributes, events }) => [attributes, events]))).not.toContain(canary);
  });
});

describe('a collector', () => {
  const open = (url: string, errors: Error[], share = 1) =>
    openTracing({
      settings: {
        endpoint: new Secret(`${url}/otlp/`),
        headers: { authorization: new Secret(`Bearer ${canary}`) },
        serviceName: 'casebridge-test',
        share,
      },
      version: '1.2.3',
      now: () => Date.now(),
      onError: (error) => errors.push(error),
    });

  const carried = async (tracing: Awaited<ReturnType<typeof openTracing>>): Promise<void> => {
    const world = createWorld();
    const engine = tracedBy(world, tracing);
    const [pair] = engine.pairs;
    if (pair === undefined) throw new Error('no pair');
    world.put('servicenow', newIncident);
    await world.clock.advance(10_000);
    await poll(engine, pair, 'servicenow', { unlimitedCreates: false });
    await reconcile(engine, await world.store.queue.takeBatch(200));
  };

  it('is sent everything by OTLP before we stop', async () => {
    const sink = await openSink();
    const errors: Error[] = [];
    const tracing = await open(sink.url, errors);
    await carried(tracing);
    await tracing.close();
    expect(errors).toEqual([]);
    const [heard] = sink.heard;
    expect(heard).toMatchObject({ method: 'POST', path: '/otlp/v1/traces' });
    expect(heard?.headers['authorization']).toBe(`Bearer ${canary}`);
    const { resourceSpans } = JSON.parse(heard?.body ?? '') as {
      resourceSpans: readonly {
        resource: { attributes: readonly { key: string; value: { stringValue: string } }[] };
        scopeSpans: readonly { spans: readonly { name: string }[] }[];
      }[];
    };
    const [first] = resourceSpans;
    expect(first?.resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'casebridge-test' },
    });
    const names = first?.scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name));
    expect(names).toEqual(expect.arrayContaining(['casebridge.poll', 'casebridge.apply', 'casebridge.change']));
  });

  it('is sent nothing of what is sampled away', async () => {
    const sink = await openSink();
    const tracing = await open(sink.url, [], 0);
    await carried(tracing);
    await tracing.close();
    expect(sink.heard).toEqual([]);
  });

  it('that refuses what it is sent disturbs nobody', async () => {
    const sink = await openSink();
    sink.answers(400);
    const errors: Error[] = [];
    const tracing = await open(sink.url, errors);
    await carried(tracing);
    await tracing.close();
    expect(errors).not.toEqual([]);
    expect(errors.map(String).join()).not.toContain(canary);
  });
});
