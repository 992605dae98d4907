import type { Side } from './side.ts';

/** A vendor's own count of API calls: all users and integrations together, a rolling 24 hours. */
export interface Usage {
  readonly used: number;
  readonly limit: number;
}

/** What a replica says of one side when it renews its lanes. A lane is the right to one call at a time. */
export interface Claim {
  /** Calls at once that its settings allow, over all replicas. */
  readonly most: number;
  /** Lanes it cannot do without yet: those it may start calls on, and those in use. */
  readonly keep: number;
  /** Files that it moves or would move now. Each holds a lane for as long as it takes. */
  readonly files: number;
  /** How many of these are under way. */
  readonly moving: number;
  /** API calls since the last renewal that was answered. */
  readonly calls: number;
  /** How long the side asked us to wait, in milliseconds from now, if that was not told yet; else 0. */
  readonly pauseMs: number;
  /** The same where the day's calls are used up. */
  readonly dayOverMs: number;
  readonly usage: Usage | null;
}

/** What it may do until its lease runs out. */
export interface Grant {
  /** Lanes that are held for it. */
  readonly lanes: number;
  /** On how many of them it may start calls; the others are wanted back. */
  readonly use: number;
  /** On how many of those it may move files. */
  readonly files: number;
  readonly pauseMs: number;
  readonly dayOverMs: number;
  /** Calls of all replicas in the last 24 hours, to the hour. */
  readonly calls: number;
  readonly usage: Usage | null;
}

interface Holder {
  readonly lanes: number;
  readonly most: number;
  readonly until: number;
  /** Lanes of these that files may hold. */
  readonly files?: number;
  /** Files that it moves or would move. */
  readonly wants?: number;
  /** Since when it has files to move and no lane for any. */
  readonly hungrySince?: number;
  /** Its last calls end; it wants no lanes any more. */
  readonly leaving?: boolean;
}

/** Everything that all replicas know of one side. Times are the store's, in milliseconds since the epoch. */
export interface SideLimits {
  readonly pausedUntil: number;
  readonly dayOverUntil: number;
  readonly usage: Usage | null;
  /** By hour since the epoch. */
  readonly calls: Readonly<Record<string, number>>;
  readonly holders: Readonly<Record<string, Holder>>;
}

export interface Renewal {
  readonly holder: string;
  readonly claims: Readonly<Record<Side, Claim>>;
  /** How long the lease lasts, in milliseconds. */
  readonly ttlMs: number;
  /** leave: every lane that is not in use is given back, and nothing is leased any more, for good or until it stays again. */
  readonly mode: 'stay' | 'leave';
}

/** What others should hear of at once. pause: a side asked to wait; lanes: there are some to be had, or wanted back. */
export type LimitNews = 'pause' | 'lanes';

/** The limits that all replicas on one store keep together. */
export interface SharedLimits {
  /** One short transaction for both sides. Rejects with StoreUnavailable. */
  renew(renewal: Renewal): Promise<Readonly<Record<Side, Grant>>>;
  /** Calls back soon after another replica has said something that others should hear at once. Returns the way to end that. */
  listen(heard: (news: LimitNews) => void): () => void;
}

export const noLimits: SideLimits = { pausedUntil: 0, dayOverUntil: 0, usage: null, calls: {}, holders: {} };

/** Where there are more replicas than lanes, a lane stays with one for this long. */
const turnMs = 4_000;
/** A replica that has lanes for files starts more of them for this long while another has none. */
const filesTurnMs = 10_000;
const hourMs = 3_600_000;

/**
 * One renewal: what is known afterwards, what the replica may do, and whether the others should hear of it at once. Lanes held by
 * others are never given away before they are given back or their lease is over, so that the sum never exceeds the limit.
 */
export function renewSide(
  known: SideLimits,
  now: number,
  holder: string,
  claim: Claim,
  how: Pick<Renewal, 'ttlMs' | 'mode'>,
): { readonly known: SideLimits; readonly grant: Grant; readonly news: LimitNews | null } {
  const living = Object.entries(known.holders).filter(([id, { until }]) => id !== holder && until > now);
  const most = Math.min(claim.most, ...living.map(([, other]) => other.most));
  const free = Math.max(0, most - living.reduce((sum, [, { lanes }]) => sum + lanes, 0));
  const leaving = how.mode === 'leave';
  const sharing = living.flatMap(([id, other]) => (other.leaving === true ? [] : [id]));
  const before = known.holders[holder];
  const { files, start, hungrySince } = leaving ? noFiles : filesFor(claim, { most, living, holder, before, now });
  const forTickets = Math.max(0, most - filesOf(living) - files);
  const share = leaving ? 0 : files + fairShare([...sharing, holder], holder, forTickets, now);
  const lanes = Math.min(Math.max(claim.keep, share), free);
  const lease: Holder = {
    lanes,
    most: claim.most,
    until: now + how.ttlMs,
    files,
    wants: claim.files,
    ...(hungrySince === null ? {} : { hungrySince }),
    ...(leaving ? { leaving } : {}),
  };
  const after: SideLimits = {
    pausedUntil: later(known.pausedUntil, now, claim.pauseMs),
    dayOverUntil: later(known.dayOverUntil, now, claim.dayOverMs),
    usage: claim.usage ?? known.usage,
    calls: withCalls(known.calls, now, claim.calls),
    holders: {
      ...Object.fromEntries(living),
      ...(leaving && lanes === 0 ? {} : { [holder]: lease }),
    },
  };
  const paused = after.pausedUntil > known.pausedUntil || after.dayOverUntil > known.dayOverUntil;
  const grant: Grant = {
    lanes,
    use: Math.min(share, lanes),
    files: Math.min(most === 1 ? 1 : start, share, lanes),
    pauseMs: Math.max(0, after.pausedUntil - now),
    dayOverMs: Math.max(0, after.dayOverUntil - now),
    calls: Object.values(after.calls).reduce((sum, count) => sum + count, 0),
    usage: after.usage,
  };
  // Lanes are nothing to those who hold none and want none.
  const moved = living.length > 0 && (before === undefined ? !leaving : lanes < before.lanes);
  return { known: after, grant, news: paused ? 'pause' : moved ? 'lanes' : null };
}

/** What to say of both sides: a pause is heard by everybody. */
export function newsOf(news: readonly (LimitNews | null)[]): LimitNews | null {
  return news.includes('pause') ? 'pause' : (news.find((each) => each !== null) ?? null);
}

function filesOf(living: readonly (readonly [string, Holder])[]): number {
  return living.reduce((sum, [, { files = 0 }]) => sum + files, 0);
}

interface FileLanes {
  /** Held for files: what is under way keeps its lane to its end. */
  readonly files: number;
  /** How many may be under way for another one to be started. */
  readonly start: number;
  readonly hungrySince: number | null;
}

const noFiles: FileLanes = { files: 0, start: 0, hungrySince: null };

/**
 * One lane is always left for tickets, which the replicas share; a lane that is the only one is whoever's turn it is. The others are
 * divided among those that have files to move. Where there are too few for that, whoever has had none for longest is next.
 */
function filesFor(
  claim: Claim,
  at: {
    readonly most: number;
    readonly living: readonly (readonly [string, Holder])[];
    readonly holder: string;
    readonly before: Holder | undefined;
    readonly now: number;
  },
): FileLanes {
  const { living, holder, before, now } = at;
  const lanes = at.most - 1;
  if (lanes < 1) return noFiles;
  const rivals = living.filter(([, { wants = 0, leaving }]) => wants > 0 && leaving !== true);
  const ids = [...rivals.map(([id]) => id), holder];
  const fairOf = (id: string): number => (lanes < ids.length ? 1 : fairShare(ids, id, lanes, now));
  const forRivals = rivals.reduce((sum, [id, { wants = 0 }]) => sum + Math.min(wants, fairOf(id)), 0);
  const hadNone = claim.moving === 0 && (before?.files ?? 0) === 0;
  const since = hadNone ? (before?.hungrySince ?? now) : now - filesTurnMs;
  const first = rivals.filter(([, { hungrySince = now }]) => hungrySince < since).length;
  const start = Math.max(
    0,
    Math.min(claim.files, Math.max(fairOf(holder), lanes - forRivals), lanes - filesOf(living) - first),
  );
  const files = Math.max(claim.moving, start);
  const hungry = claim.files > 0 && files === 0;
  return { files, start, hungrySince: hungry ? (before?.hungrySince ?? now) : null };
}

/** Lanes for one of these replicas. Where there are too few for all, they go round. */
function fairShare(holders: readonly string[], holder: string, most: number, now: number): number {
  const at = holders.toSorted().indexOf(holder);
  const each = Math.floor(most / holders.length);
  if (each > 0) return each + (at < most % holders.length ? 1 : 0);
  const first = (Math.floor(now / turnMs) * most) % holders.length;
  return (at - first + holders.length) % holders.length < most ? 1 : 0;
}

function later(until: number, now: number, ms: number): number {
  return ms > 0 ? Math.max(until, Math.round(now + ms)) : until;
}

function withCalls(
  calls: Readonly<Record<string, number>>,
  now: number,
  more: number,
): Readonly<Record<string, number>> {
  const hour = Math.floor(now / hourMs);
  const recent = Object.fromEntries(Object.entries(calls).filter(([at]) => Number(at) > hour - 24));
  return more > 0 ? { ...recent, [hour]: (recent[hour] ?? 0) + more } : recent;
}
