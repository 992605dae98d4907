import type { DaemonProcess } from '../replicas/daemon.ts';

export interface Asked {
  readonly name: string;
  readonly path: string;
  readonly p50: number;
  readonly p95: number;
  /** Rows of the answer's page; null where it has none. */
  readonly rows: number | null;
}

const warmUps = 2;

/** What the dashboard and scripts ask of the admin port, over a store that `fill` has filled. */
export function questions(links: number): readonly (readonly [name: string, path: string])[] {
  const number = (share: number): string => `INC${String(Math.max(1, Math.round(links * share))).padStart(7, '0')}`;
  const rare = Math.round(links * 0.777777);
  return [
    ['Now page', '/api/status'],
    ['pairs with their figures', '/api/pairs'],
    ['figures for Prometheus', '/metrics'],
    ['links, latest first', '/api/links?limit=50&latestFirst=true'],
    ['links, oldest first', '/api/links?limit=50&latestFirst=false'],
    ['links, a page in the middle', `/api/links?limit=50&latestFirst=false&after=${middle(links)}`],
    ['links in conflict', '/api/links?limit=50&status=conflict'],
    ['links that are pending: none', '/api/links?limit=50&status=pending'],
    ['links of the small pair', '/api/links?limit=50&pair=problem-case'],
    ['links of the small pair in conflict', '/api/links?limit=50&pair=problem-case&status=conflict'],
    ['links by one number', `/api/links?limit=50&search=${number(0.123456)}`],
    ['links by an id', `/api/links?limit=50&search=500Ki${String(rare).padStart(10, '0')}AAA`],
    ["links by a number's beginning, 1,000 fit", `/api/links?limit=50&search=${number(0.5).slice(0, -3)}`],
    ["links by a number's beginning, 100,000 fit", `/api/links?limit=50&search=${number(0.5).slice(0, -5)}`],
    ['links by words of one title', `/api/links?limit=50&search=desk+${rare}`],
    ['links by a word that many titles hold', '/api/links?limit=50&search=desk'],
    ['links by words that no title holds', '/api/links?limit=50&search=purple+zebra'],
    ['one link with history and conflicts', `/api/links/${number(0.5)}`],
    ['history of one link', `/api/links/${number(0.5)}/history?limit=50`],
    ['conflicts that are open', '/api/conflicts?status=open&limit=50'],
    ['conflicts of one field that are open', '/api/conflicts?status=open&field=urgency&limit=50'],
    ['conflicts, all', '/api/conflicts?status=all&limit=50'],
    ['conflicts, settled ones of one field', '/api/conflicts?status=settled&field=urgency&limit=50'],
    ['quarantine', '/api/quarantine?limit=50'],
    ['quarantine by cause', '/api/quarantine/groups'],
    ['quarantine of one cause', '/api/quarantine?limit=50&cause=plan:ambiguous-match'],
    ['proposals', '/api/proposals?limit=50'],
    ['people without a counterpart', '/api/unmatched?limit=50'],
    ['runs', '/api/runs?limit=20'],
    ['runs that wrote values', '/api/undo/runs?limit=20'],
  ];
}

function middle(links: number): string {
  const at = (1_700_000_000_000 + Math.round(links / 2) * 60_000).toString(16).padStart(12, '0');
  return `${at.slice(0, 8)}-${at.slice(8)}-7`;
}

/** Milliseconds from asking to the last byte. */
export async function ask(daemon: DaemonProcess, links: number, times: number): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const [name, path] of questions(links)) {
    const took: number[] = [];
    let rows: number | null = null;
    for (let turn = 0; turn < times + warmUps; turn += 1) {
      const startedAt = performance.now();
      const answer = await daemon.get(path);
      const body = await answer.text();
      if (turn >= warmUps) took.push(performance.now() - startedAt);
      if (!answer.ok && links > 0) throw new Error(`${path}: ${answer.status} ${body.slice(0, 300)}`);
      rows = rowsOf(body);
    }
    asked.push({ name, path, p50: quantile(took, 0.5), p95: quantile(took, 0.95), rows });
  }
  return asked;
}

/** Milliseconds from asking for an export to its first bytes. */
export async function firstBytes(daemon: DaemonProcess, path: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await daemon.get(path);
  const reader = answer.body?.getReader();
  await reader?.read();
  const took = performance.now() - startedAt;
  await reader?.cancel();
  return took;
}

function rowsOf(body: string): number | null {
  if (!body.startsWith('{')) return null;
  const { items } = JSON.parse(body) as { readonly items?: readonly unknown[] };
  return items?.length ?? null;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}
