import { cases, incidents, longer } from '../throughput/tickets.ts';
import type { Desks } from '../replicas/desk.ts';

export interface Loaded {
  readonly tickets: number;
  readonly seconds: number;
  /** Tickets or edits that never came across. */
  readonly missing: number;
}

const timeoutMs = 120_000;

/** So many tickets born on each side at once, and so many edited on each side at once. */
export async function load({ servicenow, salesforce }: Desks, each: number): Promise<Loaded> {
  const startedAt = Date.now();
  const [born, opened] = [marked(incidents(each), 'description', 0), marked(cases(each), 'Description', 0)];
  const [atServiceNow, atSalesforce] = await Promise.all([
    servicenow.ask({ do: 'open', object: 'incident', tickets: born }),
    salesforce.ask({ do: 'open', object: 'Case', tickets: opened }),
  ]);
  const first = await arrived({ servicenow, salesforce }, 'round 0', each * 2);
  await Promise.all([
    servicenow.ask({ do: 'edit', object: 'incident', edits: edits(atServiceNow, born, 'description') }),
    salesforce.ask({ do: 'edit', object: 'Case', edits: edits(atSalesforce, opened, 'Description') }),
  ]);
  const second = await arrived({ servicenow, salesforce }, 'round 1', each * 2);
  return { tickets: each * 4, seconds: (Date.now() - startedAt) / 1000, missing: each * 8 - first - second };
}

type Fields = Readonly<Record<string, string>>;

function marked(tickets: readonly Fields[], field: string, round: number): Fields[] {
  return tickets.map((fields, n) => ({ ...fields, [field]: longer(fields[field] ?? '', `round ${round}`, n) }));
}

function edits(ids: readonly string[], tickets: readonly Fields[], field: string): { id: string; fields: Fields }[] {
  const texts = marked(tickets, field, 1);
  return ids.map((id, n) => ({ id, fields: { [field]: texts[n]?.[field] ?? '' } }));
}

/** Rows on both sides that hold the text. */
async function arrived({ servicenow, salesforce }: Desks, text: string, rows: number): Promise<number> {
  const [here, there] = await Promise.all([
    servicenow.ask({ do: 'await', object: 'incident', field: 'description', text, rows, timeoutMs }),
    salesforce.ask({ do: 'await', object: 'Case', field: 'Description', text, rows, timeoutMs }),
  ]);
  return here.rows + there.rows;
}
