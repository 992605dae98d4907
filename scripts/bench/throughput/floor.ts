import type { Side } from '../../../src/core/side.ts';
import type { Desks } from './desk.ts';

/**
 * The least that moves tickets, written for the measurement alone: one list, then the largest batches there are. No link table, no
 * merge, no note of what was written, no look at the answers. It loses edits and cannot be run twice; it is what calls cost.
 */
export interface Floor {
  /** Copies what was born or changed at `from` since `since` (milliseconds since the epoch). */
  copy(from: Side, since: number): Promise<void>;
}

type Row = Readonly<Record<string, string | null>>;

/** sObject Collections take 200 records, and a composite five of them. */
const perCollection = 200;
const collectionsPerCall = 5;
/** No number is published for the Batch API; 500 stay below its 30 s if a write takes 60 ms. */
const perBatch = 500;

const fields: readonly (readonly [servicenow: string, salesforce: string])[] = [
  ['short_description', 'Subject'],
  ['description', 'Description'],
];
const priorities: Readonly<Record<string, string>> = { 1: 'High', 2: 'Medium', 3: 'Low' };
const urgencies: Readonly<Record<string, string>> = { High: '1', Medium: '2', Low: '3' };

/** Logs in at both desks, so that what is timed is the copying alone. */
export async function openFloor({ servicenow, salesforce }: Desks): Promise<Floor> {
  const [atServiceNow, atSalesforce] = await Promise.all([
    login(`${servicenow.url}/oauth_token.do`, servicenow),
    login(`${salesforce.url}/services/oauth2/token`, salesforce),
  ]);
  const data = `${salesforce.url}/services/data/v66.0`;

  async function toSalesforce(since: number): Promise<void> {
    const stamp = new Date(since).toISOString().slice(0, 19).replace('T', ' ');
    const query = new URLSearchParams({
      sysparm_query: `sys_updated_on>=${stamp}`,
      sysparm_fields: 'sys_id,short_description,description,urgency',
      sysparm_limit: '10000',
      sysparm_no_count: 'true',
    });
    const list = (await call(`${servicenow.url}/api/now/table/incident?${query.toString()}`, atServiceNow)) as {
      result: Row[];
    };
    const records = list.result.map((row) => ({
      attributes: { type: 'Case' },
      ServiceNow_Id__c: row['sys_id'],
      Priority: priorities[row['urgency'] ?? ''],
      ...Object.fromEntries(fields.map(([from, to]) => [to, row[from]])),
    }));
    const collections = chunks(records, perCollection).map((some, at) => ({
      method: 'PATCH',
      url: '/services/data/v66.0/composite/sobjects/Case/ServiceNow_Id__c',
      referenceId: `c${at}`,
      body: { allOrNone: false, records: some },
    }));
    await Promise.all(
      chunks(collections, collectionsPerCall).map((compositeRequest) =>
        call(`${data}/composite`, atSalesforce, { allOrNone: false, compositeRequest }),
      ),
    );
  }

  async function toServiceNow(since: number): Promise<void> {
    const soql = `SELECT Id, ServiceNow_Id__c, Subject, Description, Priority FROM Case WHERE SystemModstamp >= ${new Date(since).toISOString().slice(0, 19)}Z`;
    const rows: Row[] = [];
    for (
      let path: string | undefined = `/services/data/v66.0/query?q=${encodeURIComponent(soql)}`;
      path !== undefined;
    ) {
      const page = (await call(`${salesforce.url}${path}`, atSalesforce)) as {
        records: Row[];
        nextRecordsUrl?: string;
      };
      rows.push(...page.records);
      path = page.nextRecordsUrl;
    }
    const requests = rows.map((row, at) => {
      const id = row['ServiceNow_Id__c'] ?? null;
      const body = {
        urgency: urgencies[row['Priority'] ?? ''],
        ...Object.fromEntries(fields.map(([to, from]) => [to, row[from]])),
        ...(id === null ? { correlation_id: row['Id'] } : {}),
      };
      return {
        id: String(at),
        method: id === null ? 'POST' : 'PATCH',
        url: `/api/now/table/incident${id === null ? '' : `/${id}`}?sysparm_fields=sys_id`,
        headers: [{ name: 'Content-Type', value: 'application/json' }],
        body: Buffer.from(JSON.stringify(body)).toString('base64'),
        exclude_response_headers: true,
      };
    });
    await Promise.all(
      chunks(requests, perBatch).map((rest_requests, at) =>
        call(`${servicenow.url}/api/now/v1/batch`, atServiceNow, { batch_request_id: String(at), rest_requests }),
      ),
    );
  }

  return { copy: (from, since) => (from === 'servicenow' ? toSalesforce(since) : toServiceNow(since)) };
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

async function call(url: string, token: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
