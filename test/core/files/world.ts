import type { ChildRow, FileInfo } from '../../../src/core/children.ts';
import type { FileStep } from '../../../src/core/files/steps.ts';
import type { FilesView, PlanAt } from '../../../src/core/files/view.ts';
import type { Side } from '../../../src/core/side.ts';
import { buildFileRules, type FilesConfig } from '../../../src/mapping/files-config.ts';

export const now = Date.parse('2026-03-02T12:00:00.000Z');
export const settleMs = 75_000;

/** So many seconds before now. */
export function ago(seconds: number): string {
  return new Date(now - seconds * 1000).toISOString();
}

export function rulesOf(config: FilesConfig = {}, table = 'incident') {
  return buildFileRules(config, table, ago(86_400));
}

export function at(): PlanAt {
  let drawn = 0;
  return { now, settleMs, newId: () => `row-${(drawn += 1)}` };
}

const hashes = { servicenow: 'a'.repeat(64), salesforce: null };

export function file(side: Side, parts: Partial<FileInfo> = {}): FileInfo {
  const id = side === 'servicenow' ? '1'.repeat(32) : '069000000000001AAA';
  return {
    side,
    recordId: side === 'servicenow' ? 'f'.repeat(32) : '500000000000001AAA',
    id,
    versionId: side === 'servicenow' ? (parts.id ?? id) : '068000000000001AAA',
    name: 'printer.log',
    contentType: 'text/plain',
    size: 47,
    hash: hashes[side],
    channel: side === 'servicenow' ? 'internal' : 'public',
    author: 'beth.anglin',
    own: false,
    createdAt: ago(60),
    state: 'ready',
    ...parts,
  };
}

export function row(source: FileInfo, parts: Partial<ChildRow> = {}): ChildRow {
  return {
    id: `known-${source.id}`,
    linkId: 'link-1',
    kind: 'file',
    side: source.side,
    sourceId: source.id,
    counterpartId: null,
    channel: 'internal',
    hash: source.hash ?? '',
    state: 'planned',
    createdAt: ago(50),
    updatedAt: ago(50),
    ...parts,
    detail: { name: source.name, size: source.size, versionId: source.versionId, ...parts.detail },
  };
}

export function view(
  parts: Partial<Omit<FilesView, 'now'>> & {
    readonly servicenow?: readonly FileInfo[] | null;
    readonly salesforce?: readonly FileInfo[] | null;
    readonly hidden?: Side;
  } = {},
): FilesView {
  const listed = (side: Side): FilesView['now'][Side] => {
    const items = parts[side] === undefined ? [] : parts[side];
    return items === null ? null : { items, complete: parts.hidden !== side };
  };
  return {
    linkId: 'link-1',
    since: parts.since === undefined ? { servicenow: ago(3600), salesforce: ago(3600) } : parts.since,
    rows: parts.rows ?? [],
    now: { servicenow: listed('servicenow'), salesforce: listed('salesforce') },
  };
}

/** A plan in a few words: what is done, about which file, and how its row stands then. */
export function words(steps: readonly FileStep[]): readonly string[] {
  return steps.map(({ row: { sourceId, side, state, detail, counterpartId }, act }) => {
    const why = detail['why'] === undefined ? '' : ` ${String(detail['why'])}`;
    const across = counterpartId === null ? '' : ` = ${counterpartId.slice(0, 3)}`;
    const extra =
      act.kind !== 'carry' ? '' : `${act.twin === null ? '' : ' twin'}${act.lostAt === null ? '' : ' again'}`;
    return `${act.kind} ${side} ${sourceId.slice(0, 3)}${sourceId.includes('@') ? '@' : ''}: ${state}${why}${across}${extra}`;
  });
}
