import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../../src/admin/server.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { defaultPair } from '../../src/mapping/default-config.ts';
import { createWorld, newIncident } from '../engine/world.ts';
import { canary, everyEvent } from './every-event.ts';

const ops = join(import.meta.dirname, '../../ops');
const read = (path: string): string => readFileSync(join(ops, path), 'utf8');

/** Labels that Prometheus adds by itself to everything it scrapes. */
const targets = ['instance', 'job'];

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The series of an answer in Prometheus' text format. */
function seriesIn(text: string): readonly Series[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = ''] = /^([\w:]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
      expect(name, line).not.toBe('');
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [key, value]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string> };
    });
}

/** What an answer of a service that has seen everything looks like. */
async function answer(events: readonly EngineEvent[]): Promise<string> {
  const world = createWorld();
  world.put('servicenow', newIncident);
  await world.sync();
  const allowance = () => ({ used: 9000, limit: 15_000, share: 0.5, ours: 3000 });
  const engine: Engine = {
    ...world.engine,
    systems: { ...world.engine.systems, salesforce: { ...world.engine.systems.salesforce, allowance } },
  };
  const records = world.store.admin;
  if (records === undefined) throw new Error('this store keeps no records');
  const now = world.clock.now();
  const admin = await createAdmin({
    engine,
    daemon: {
      syncNow: async () => undefined,
      totals: {
        created: { servicenow: 0, salesforce: 0 },
        updated: { servicenow: 0, salesforce: 0 },
        unchanged: 0,
        conflicts: 0,
        quarantined: 0,
      },
      lastComplete: () => ({ servicenow: now, salesforce: now }),
      paces: () => [
        { pair: 'incident-case', side: 'servicenow', gapMs: 10_000, nextAt: now, completeAt: now, times: 1 },
        { pair: 'incident-case', side: 'salesforce', gapMs: 20_000, nextAt: now, completeAt: now, times: 1 },
      ],
    },
    records,
    config: { pairs: [defaultPair] },
    configFile: 'casebridge.config.ts',
    version: '1.2.3',
    deskUrl: () => null,
    ticketUrl: () => null,
    settings: { host: '127.0.0.1', port: 0, token: null, origins: [], metricsOpen: true, wakeSecret: null },
    onError: (error) => {
      throw error;
    },
  });
  for (const event of events) admin.hear(event);
  for (const outcome of ['sent', 'failed'] as const) {
    for (const channel of ['webhook', 'email']) admin.note({ kind: 'alert', channel, outcome });
    admin.note({ kind: 'heartbeat', outcome });
  }
  const { body, statusCode } = await admin.app.inject({ url: '/metrics', headers: { host: '127.0.0.1:8484' } });
  expect(statusCode).toBe(200);
  await admin.stop();
  return body;
}

interface Query {
  readonly where: string;
  readonly expr: string;
  /** Labels that its words speak of. */
  readonly speaksOf: readonly string[];
}

function inDashboard(): readonly Query[] {
  interface Panel {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }
  const { panels } = JSON.parse(read('grafana/casebridge.json')) as { readonly panels: readonly Panel[] };
  return panels.flatMap(({ title, targets: queries = [] }) =>
    queries.map(({ expr, legendFormat }) => ({
      where: `panel ${title}`,
      expr,
      speaksOf: [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name = '']) => name),
    })),
  );
}

function inAlerts(): readonly Query[] {
  return read('prometheus/alerts.yml')
    .split(/^ {6}- alert: /m)
    .slice(1)
    .map((rule) => {
      const [name = ''] = rule.split('\n');
      const [, expr = ''] = /^ {8}expr: (.+)$/m.exec(rule) ?? [];
      return { where: `alert ${name}`, expr, speaksOf: [...rule.matchAll(/\$labels\.(\w+)/g)].map(([, l = '']) => l) };
    });
}

describe('what Grafana and Prometheus are asked for', () => {
  let text: string;
  let series: readonly Series[];
  beforeAll(async () => {
    text = await answer(everyEvent);
    series = seriesIn(text);
  });
  const named = (name: string): readonly Series[] => series.filter((one) => one.name === name);
  const queries = [...inDashboard(), ...inAlerts()];

  it('is a good many queries', () => {
    expect(inDashboard().length).toBeGreaterThan(40);
    expect(inAlerts().length).toBeGreaterThan(10);
    for (const { expr, where } of queries) expect(expr, where).not.toBe('');
  });

  it.each(queries)('is there: $where: $expr', ({ expr, speaksOf }) => {
    const plain = expr.replaceAll(/"[^"]*"/g, '""');
    const metrics = [...plain.matchAll(/\b(?:casebridge|process|nodejs)_\w+/g)].map(([name]) => name);
    expect(metrics.length).toBeGreaterThan(0);
    const labels = new Set(targets);
    for (const name of metrics) {
      expect(named(name), name).not.toEqual([]);
      for (const one of named(name)) for (const label of Object.keys(one.labels)) labels.add(label);
    }
    for (const [, name = '', selector = ''] of expr.matchAll(/\b(\w+)\{([^}]*)\}/g)) {
      for (const [, label = '', operator, value] of selector.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
        expect([...labels], `${name}: ${label}`).toContain(label);
        if (operator !== '=') continue;
        expect(named(name).map((one) => one.labels[label])).toContain(value);
      }
    }
    const grouped = [...plain.matchAll(/\b(?:by|without|on|ignoring) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
      list.split(',').flatMap((label) => label.trim() || []),
    );
    for (const label of grouped) expect([...labels], label).toContain(label);
    // Whatever is grouped away cannot be spoken of.
    const left = /\bby \(/.test(plain) ? grouped : /\b(?:sum|max|min|count)\(/.test(plain) ? [] : [...labels];
    for (const label of speaksOf) expect(left, `{{${label}}}`).toContain(label);
  });

  it('holds every family of ours that there is', () => {
    const asked = queries.map(({ expr }) => expr).join('\n');
    const families = [...text.matchAll(/^# TYPE (casebridge_\w+) /gm)].map(([, name = '']) => name);
    expect(families.length).toBeGreaterThan(35);
    const unasked = families.filter((name) => !asked.includes(name));
    // Each has its reason: told by another figure, or there for a look by hand.
    expect(unasked.toSorted()).toEqual([
      'casebridge_cursor_timestamp_seconds',
      'casebridge_database_losses_total',
      'casebridge_desk_lanes',
      'casebridge_pair_pauses_total',
    ]);
  });

  it('has few series, and nothing of a ticket in any', () => {
    const ours = series.filter(({ name }) => name.startsWith('casebridge_'));
    expect(text).not.toContain(canary);
    expect(text).not.toContain('a'.repeat(32));
    expect(text).not.toContain('link-1');
    expect(new Set(ours.flatMap(({ labels }) => Object.keys(labels)))).not.toContain('link');
    expect(ours.length).toBeLessThan(400);
  });

  it('calls a counter a counter, and gives seconds and ratios in base units', () => {
    for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (casebridge_\w+) (\w+)$/gm)) {
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, name).not.toMatch(/_(ms|millis|percent|minutes)$/);
    }
    for (const { name, labels } of named('casebridge_api_calls_total')) expect(labels, name).toHaveProperty('side');
  });

  it('tells what was counted while the database is away, and leaves out what only the database knows', async () => {
    const [lost] = everyEvent.filter(({ type }) => type === 'store.lost');
    if (lost === undefined) throw new Error('no such event');
    const away = seriesIn(await answer([lost]));
    const valued = away.filter(({ name }) => /^casebridge_(database_up|changes_total|side_up)$/.test(name));
    expect(valued.length).toBeGreaterThan(5);
    for (const name of ['dead_letters', 'links', 'queue_records', 'pairs_paused', 'in_doubt', 'conflicts_open'])
      expect(away.map((one) => one.name)).not.toContain(`casebridge_${name}`);
  });
});
