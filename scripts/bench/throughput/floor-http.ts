import type { Side } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';

/** Rows as either side's API gives them. */
export type Row = Readonly<Record<string, string | null>>;

/** Both APIs, logged in, without anything around them. */
export interface Doors {
  /** Rows that match an encoded query; of `incident`, where nothing else is said. */
  list(
    query: string,
    limit: number,
    of?: { readonly table: string; readonly fields: readonly string[] },
  ): Promise<readonly Row[]>;
  batch(items: readonly BatchItem[]): Promise<void>;
  /** All rows of a query, over as many pages as the desk makes of it. */
  query(soql: string): Promise<readonly Row[]>;
  composite(parts: readonly CompositePart[]): Promise<void>;
  send(side: Side, method: string, path: string, body?: unknown): Promise<unknown>;
}

export interface BatchItem {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly body?: unknown;
}

export interface CompositePart {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly body?: unknown;
}

export const data = '/services/data/v66.0';
/** sObject Collections take 200 records, and a composite five of them. */
export const perCollection = 200;
export const perComposite = 1000;

const pairsOfFields = [
  ['short_description', 'Subject'],
  ['description', 'Description'],
] as const;
const priorities: Readonly<Record<string, string>> = { 1: 'High', 2: 'Medium', 3: 'Low' };
const urgencies: Readonly<Record<string, string>> = { High: '1', Medium: '2', Low: '3' };
const origins: Readonly<Record<string, string>> = { phone: 'Phone', email: 'Email', 'self-service': 'Web' };
const contactTypes: Readonly<Record<string, string>> = { Phone: 'phone', Email: 'email', Web: 'self-service' };
const states: Readonly<Record<string, string>> = { New: '1', Working: '2', Closed: '6' };
const statuses: Readonly<Record<string, string>> = { 1: 'New', 2: 'Working', 6: 'Closed' };

export const incidentFields =
  'sys_id,short_description,description,urgency,state,contact_type,sys_updated_on,sys_mod_count';
export const caseFields = 'Id, ServiceNow_Id__c, Subject, Description, Priority, Status, Origin, SystemModstamp';

export function toCase(row: Row): Readonly<Record<string, unknown>> {
  return {
    attributes: { type: 'Case' },
    ...Object.fromEntries(pairsOfFields.map(([from, to]) => [to, row[from]])),
    Priority: priorities[row['urgency'] ?? ''],
    Status: statuses[row['state'] ?? ''],
    Origin: origins[row['contact_type'] ?? ''],
  };
}

export function toIncident(row: Row): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(pairsOfFields.map(([to, from]) => [to, row[from]])),
    urgency: urgencies[row['Priority'] ?? ''],
    state: states[row['Status'] ?? ''],
    contact_type: contactTypes[row['Origin'] ?? ''],
  };
}

/** Logs in at both desks, so that what is timed is the copying alone. */
export async function openDoors({ servicenow, salesforce }: Desks): Promise<Doors> {
  const [atServiceNow, atSalesforce] = await Promise.all([
    login(`${servicenow.url}/oauth_token.do`, servicenow),
    login(`${salesforce.url}/services/oauth2/token`, salesforce),
  ]);
  const send = (side: Side, method: string, path: string, body?: unknown): Promise<unknown> =>
    side === 'servicenow'
      ? call(method, `${servicenow.url}${path}`, atServiceNow, body)
      : call(method, `${salesforce.url}${path}`, atSalesforce, body);
  return {
    send,
    list: async (sysparm_query, limit, of) => {
      const query = new URLSearchParams({
        sysparm_query,
        sysparm_fields: of?.fields.join(',') ?? incidentFields,
        sysparm_limit: String(limit),
        sysparm_no_count: 'true',
      });
      const answer = await send('servicenow', 'GET', `/api/now/table/${of?.table ?? 'incident'}?${query.toString()}`);
      return (answer as { result: Row[] }).result;
    },
    batch: async (items) => {
      const rest_requests = items.map((item, at) => ({
        id: String(at),
        method: item.method,
        url: item.url,
        headers: [{ name: 'Content-Type', value: 'application/json' }],
        ...(item.body === undefined ? {} : { body: Buffer.from(JSON.stringify(item.body)).toString('base64') }),
        exclude_response_headers: true,
      }));
      await send('servicenow', 'POST', '/api/now/v1/batch', { batch_request_id: '1', rest_requests });
    },
    query: async (soql) => {
      const rows: Row[] = [];
      let path: string | undefined = `${data}/query?q=${encodeURIComponent(soql)}`;
      while (path !== undefined) {
        const page = (await send('salesforce', 'GET', path)) as { records: Row[]; nextRecordsUrl?: string };
        rows.push(...page.records);
        path = page.nextRecordsUrl;
      }
      return rows;
    },
    composite: async (parts) => {
      const compositeRequest = parts.map((part, at) => ({ ...part, referenceId: `c${at}` }));
      await send('salesforce', 'POST', `${data}/composite`, { allOrNone: false, compositeRequest });
    },
  };
}

async function login(url: string, client: { clientId: string; clientSecret: string }): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  const answer = await fetch(url, { method: 'POST', body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function call(method: string, url: string, token: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

export function glideStamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
