import type { DeskCall } from '../connectors/desk-call.ts';
import type { ConnectorError } from '../connectors/errors.ts';
import type { ChildRow } from '../core/children.ts';
import type { Hold, Life, Link, WorkKey } from '../core/link.ts';
import type { MatchReason } from '../core/match/rules.ts';
import type { FieldMove } from '../core/plan.ts';
import type { Side } from '../core/side.ts';
import type { ConflictRow, PairPause, ProposalRow, Pruned, QuarantineRow } from '../store/store.ts';

/** Everything that happens, with data and no sentences. Logs, metrics, the demo's lines and progress all listen here. */
export interface EngineEvents {
  'poll.page': { readonly pair: string; readonly side: Side; readonly rows: number; readonly queued: number };
  'poll.done': {
    readonly pair: string;
    readonly side: Side;
    readonly rows: number;
    readonly queued: number;
    readonly deep: boolean;
  };
  'poll.failed': { readonly pair: string; readonly side: Side; readonly error: ConnectorError | Error };
  'link.created': { readonly link: Link; readonly on: Side; readonly holds: readonly Hold[] };
  'link.adopted': { readonly link: Link; readonly by: MatchReason };
  /** Two records may be one ticket: a person has to say. */
  'match.proposed': { readonly proposal: ProposalRow };
  'link.updated': { readonly link: Link; readonly moves: readonly FieldMove[] };
  'link.unchanged': { readonly link: Link };
  'link.held': { readonly link: Link; readonly hold: Hold };
  /** Something became of one of its records: see `link.life`. */
  'link.ended': { readonly link: Link };
  /** Both records are there again, and in scope. */
  'link.back': { readonly link: Link; readonly was: Life };
  /** Its record was merged into another one, which it goes with from now on. */
  'link.followed': { readonly link: Link; readonly side: Side; readonly from: string };
  'conflict.noted': { readonly link: Link; readonly conflict: ConflictRow };
  'conflict.settled': { readonly link: Link; readonly conflict: ConflictRow };
  'record.quarantined': { readonly row: QuarantineRow };
  'record.released': { readonly row: QuarantineRow };
  'create.in-doubt': {
    readonly pair: string;
    readonly origin: Side;
    readonly originId: string;
    readonly until: string;
  };
  'write.in-doubt': { readonly link: Link; readonly on: Side; readonly until: string };
  'comment.carried': { readonly link: Link; readonly comment: ChildRow };
  /** Left where it is, by a rule or because it has no text: `comment.detail.why`. */
  'comment.withheld': { readonly link: Link; readonly comment: ChildRow };
  /** The side across did not take it, or nobody could find out whether it did: `comment.detail.why`. */
  'comment.refused': { readonly link: Link; readonly comment: ChildRow };
  'comment.in-doubt': { readonly link: Link; readonly comment: ChildRow; readonly until: string };
  'side.paused': { readonly side: Side; readonly error: ConnectorError; readonly untilMs: number };
  'side.resumed': { readonly side: Side };
  /** Few of the day's calls are left, or enough again: gaps between polls are `times` as long. `left`: part of our share, 0 to 1. */
  'pace.changed': { readonly side: Side; readonly times: number; readonly left: number };
  /** A side bears fewer calls at once than `most`, which is set, or more again. refused, waited: it said so by 429, Retry-After or a line at its threads. */
  'lanes.changed': {
    readonly side: Side;
    readonly lanes: number;
    readonly most: number;
    readonly reason: 'refused' | 'waited' | 'calm';
  };
  /** A run waits, so that the calls that are left go to live changes. */
  'run.waits': { readonly run: 'resync' | 'verify' | 'sweep'; readonly side: Side; readonly left: number };
  /** The content of so many links was compared; `drift` of them were queued. */
  'sweep.page': { readonly links: number; readonly drift: number };
  /** All links were compared. Times are ISO 8601. */
  'sweep.done': {
    readonly startedAt: string;
    readonly endedAt: string;
    readonly links: number;
    readonly drift: number;
  };
  'sweep.failed': { readonly error: ConnectorError };
  'pair.paused': { readonly pause: PairPause };
  /** `share`: how much of the time span to walk lies behind, 0 to 1. */
  'resync.page': {
    readonly pair: string;
    readonly side: Side;
    readonly rows: number;
    readonly queued: number;
    readonly share: number;
  };
  'file.carried': {
    readonly link: Link;
    readonly file: ChildRow;
    /** sent: its bytes went across. found: an earlier sending had arrived. paired: people had put the same content on both. */
    readonly how: 'sent' | 'found' | 'paired';
    readonly durationMs: number;
  };
  /** Left where it is, by a rule or because it is gone: `file.detail.why`. */
  'file.withheld': { readonly link: Link; readonly file: ChildRow };
  /** Tried again at `file.detail.nextAt`, or after the settle time where it is in doubt; not at all once it is refused. */
  'file.failed': { readonly link: Link; readonly file: ChildRow; readonly error: ConnectorError };
  'batch.done': { readonly keys: number; readonly durationMs: number };
  'batch.failed': { readonly keys: readonly WorkKey[]; readonly error: Error };
  /** A desk was asked for something; each try is one. */
  'desk.called': DeskCall;
  /** What had been kept long enough was removed. */
  'store.pruned': Pruned;
  'store.lost': { readonly error: Error };
  'store.back': Record<never, never>;
}

export type EngineEvent = { [K in keyof EngineEvents]: { readonly type: K } & EngineEvents[K] }[keyof EngineEvents];

export type EventSink = (event: EngineEvent) => void;
