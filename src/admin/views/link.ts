import type { ChildRow } from '../../core/children.ts';
import type { Link } from '../../core/link.ts';
import type { FieldValue } from '../../core/record.ts';
import type { FieldRule, PairRules } from '../../core/rules.ts';
import { bothSides, type Side } from '../../core/side.ts';
import { describeHold, describeMoves } from '../../observability/describe-change.ts';
import { fieldLabel } from '../../observability/words.ts';
import type { KeptLink } from '../../operate/link-view.ts';
import type { Names } from '../../operate/name-book.ts';
import { namesOf } from '../../operate/names-of.ts';
import { namesIn } from '../../operate/people-of.ts';
import type { HistoryRow } from '../../store/store.ts';
import type { CasebridgeConfig } from '../../mapping/define-config.ts';
import type { Child, HistoryEntry, LinkDetail, LinkField, LinkRow } from '../schemas/links.ts';
import { conflictView } from './conflict.ts';
import { wholeValue } from './names.ts';
import { quarantineView } from './quarantine.ts';

/** The ServiceNow fields that hold titles: the first text that each pair maps. */
export function titleFields(config: CasebridgeConfig): ReadonlyMap<string, string> {
  return new Map(
    config.pairs.flatMap((pair) => {
      const text = pair.fields.find((field) => field.kind === 'text');
      return text === undefined ? [] : [[pair.name, text.servicenow] as const];
    }),
  );
}

export function linkRow(link: Link, titles: ReadonlyMap<string, string>): LinkRow {
  const field = titles.get(link.pair);
  const title = field === undefined ? null : (link.bases.servicenow.fields[field] ?? null);
  return {
    id: link.id,
    ...namesOf(link),
    status: link.status,
    lastSyncedAt: link.lastSyncedAt,
    createdAt: link.createdAt,
    origin: link.origin,
    title: title === null ? null : String(title),
    holds: link.holds.length,
  };
}

export interface LinkViewOptions {
  readonly names: Names;
  readonly titles: ReadonlyMap<string, string>;
  readonly pair: PairRules | undefined;
  readonly ticketUrl: (side: Side, object: string, id: string) => string | null;
}

export function linkDetail(kept: KeptLink, { titles, pair, names, ticketUrl }: LinkViewOptions): LinkDetail {
  const { link } = kept;
  const life: unknown = 'life' in link ? link.life : null;
  return {
    ...linkRow(link, titles),
    urls: bothSides((side) => (pair === undefined ? null : ticketUrl(side, pair.objects[side], link.ids[side]))),
    fields: (pair?.fields ?? []).map((rule) => fieldOf(kept, rule, names)),
    holdTexts: link.holds.map((hold) => ({ field: hold.field, text: describeHold(hold) })),
    life: isObject(life) ? { ...life } : null,
    conflicts: kept.conflicts.map((row) => conflictView(row, names)),
    quarantine: kept.quarantine === null ? null : quarantineView(kept.quarantine),
    pending: kept.pending.map(({ side, field, value, sentAt }) => ({ side, field, value, sentAt })),
    history: kept.history.map((row) => historyView(row, { pair, name: link.pair, names })),
    children: kept.children.map(childView),
    mapped: pair !== undefined,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function fieldOf({ link, conflicts }: KeptLink, rule: FieldRule, names: Names): LinkField {
  const base = bothSides((side) => link.bases[side].fields[rule.fields[side]] ?? null);
  const hold = link.holds.find((one) => one.field === rule.name);
  return {
    field: rule.name,
    labels: bothSides((side) => fieldLabel(rule.name, side)),
    names: rule.fields,
    rule: rule.conflict,
    writes: rule.writes,
    base,
    baseText: bothSides(
      (side) =>
        names.ofValue({ pair: link.pair, field: rule.name, side, value: base[side] }) ??
        wholeValue(rule.name, side, base[side]),
    ),
    hold: hold === undefined ? null : describeHold(hold),
    conflictId: conflicts.find((row) => row.field === rule.name)?.id ?? null,
  };
}

interface HistoryViewOptions {
  readonly pair: PairRules | undefined;
  /** Of the pair, which the mapping file may have no more. */
  readonly name: string;
  readonly names: Names;
}

export function historyView(
  row: HistoryRow & { readonly id: string },
  { pair, name, names }: HistoryViewOptions,
): HistoryEntry {
  const nameOf = (value: FieldValue) => names.ofValue({ pair: name, field: row.field, side: row.to, value });
  return {
    id: row.id,
    field: row.field,
    label: fieldLabel(row.field, row.to),
    from: row.from,
    to: row.to,
    before: row.before,
    value: row.value,
    beforeName: nameOf(row.before),
    valueName: nameOf(row.value),
    because: row.because,
    rule: pair?.fields.find((rule) => rule.name === row.field)?.conflict ?? null,
    by: row.by,
    byName: names.ofWriter({ side: row.from, name: row.by }),
    runId: row.runId,
    at: row.at,
    text: describeMoves([row], namesIn(name, names)),
  };
}

function childView(row: ChildRow): Child {
  return {
    id: row.id,
    kind: row.kind,
    side: row.side,
    channel: row.channel,
    state: row.state,
    sourceId: row.sourceId,
    counterpartId: row.counterpartId,
    detail: { ...row.detail },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
