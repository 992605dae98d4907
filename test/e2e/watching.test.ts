import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSink } from '../observability/http-sink.ts';
import { newDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { anIncident, caseOf, type Desks, editIncident, startDesks, stopDesks } from './support/desks.ts';
import { endAllDaemons, type Folder, freePort, newFolder, settingsFor, startDaemon } from './support/program.ts';

interface SpanBody {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

/** Spans in the body of an OTLP request. */
function spansIn(body: string): readonly SpanBody[] {
  const { resourceSpans } = JSON.parse(body) as {
    readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SpanBody[] }[] }[];
  };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

const unsettledKeys = "SELECT id FROM pgboss.job WHERE state <= 'active'";

describe('the service, watched from outside', { timeout: 90_000 }, () => {
  let folder: Folder;
  let desks: Desks;
  let database: TestDatabase;
  beforeAll(async () => {
    [folder, desks, database] = await Promise.all([newFolder(), startDesks(), newDatabase()]);
  }, 60_000);
  afterAll(async () => {
    await endAllDaemons();
    await Promise.all([stopDesks(desks), folder.remove(), database.drop()]);
  });

  it('beats, counts, and sends one trace for one change', async () => {
    const [collector, beats] = [await openSink(), await openSink()];
    const port = await freePort();
    const env = settingsFor(desks, {
      DATABASE_URL: database.url,
      CASEBRIDGE_CONFIG: await folder.mapping('good'),
      CASEBRIDGE_ADMIN_PORT: String(port),
      CASEBRIDGE_METRICS_OPEN: '1',
      CASEBRIDGE_HEARTBEAT_URL: `${beats.url}/beat`,
      CASEBRIDGE_HEARTBEAT_EVERY: '5',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const daemon = await startDaemon(env);
    const born = anIncident(desks, 'Watched c4n4ry');
    await eventually(() => caseOf(desks, born.id) !== null);
    await eventually(() => beats.heard.length > 0);
    // Once the look that follows a create is over, the edit is found by a poll.
    await eventually(async () => (await database.query(unsettledKeys)).length === 0);
    editIncident(desks, born.id, { short_description: 'Watched again c4n4ry' });
    await eventually(() => caseOf(desks, born.id)?.fields['Subject'] === 'Watched again c4n4ry');

    const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const value = (line: RegExp): number => Number(line.exec(figures)?.[1] ?? Number.NaN);
    const to = 'direction="servicenow_to_salesforce"';
    expect(value(new RegExp(`^casebridge_changes_total\\{${to},outcome="created"\\} (\\d+)$`, 'm'))).toBe(1);
    expect(value(new RegExp(`^casebridge_changes_total\\{${to},outcome="updated"\\} (\\d+)$`, 'm'))).toBe(1);
    expect(value(/^casebridge_healthy (\d)$/m)).toBe(1);
    expect(value(/^casebridge_api_calls_total\{side="salesforce"\} (\d+)$/m)).toBeGreaterThan(3);
    expect(value(/^casebridge_api_budget_used_ratio\{side="salesforce"\} (\S+)$/m)).toBeGreaterThan(0);

    expect(await daemon.end('SIGTERM')).toMatchObject({ code: 0 });
    const spans = collector.heard.flatMap(({ body }) => spansIn(body));
    const changes = spans.filter(({ name }) => name === 'casebridge.change');
    expect(changes).toHaveLength(2);
    for (const change of changes) {
      const path: string[] = [];
      for (
        let at: SpanBody | undefined = change;
        at !== undefined;
        at = spans.find(({ spanId, traceId }) => spanId === at?.parentSpanId && traceId === at.traceId)
      )
        path.push(at.name.replace('casebridge.', ''));
      expect(path).toEqual(['change', 'record', 'reconcile', 'poll']);
      const whole = spans.filter(({ traceId }) => traceId === change.traceId).map(({ name }) => name);
      for (const stage of ['load', 'read', 'merge', 'note', 'apply', 'desk.changes', 'desk.read'])
        expect(whole).toContain(`casebridge.${stage}`);
    }
    expect(collector.heard.map(({ body }) => body).join()).not.toContain('c4n4ry');
  });
});
