import type { Clock, Ids } from '../../core/clock.ts';
import type { Channel, Comment, CommentKind } from '../../core/children.ts';
import { iso } from '../../core/clock.ts';
import type { Side } from '../../core/side.ts';
import type { PostRequest, PostResult, StreamAsk, StreamPage } from '../children.ts';
import { ConnectorError } from '../errors.ts';
import type { MemoryDesk } from './desk.ts';
import { faultError, type MemoryCall, type MemoryFaults } from './faults.ts';
import { normalised } from './stamps.ts';

export interface MemoryCommentsOptions {
  readonly side: Side;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly desk: MemoryDesk;
  readonly faults: MemoryFaults;
  readonly told: (call: MemoryCall) => void;
  /** Whom our own posts are stamped with. */
  readonly user: string;
  /** Most bytes of UTF-8 that one comment may hold; longer ones are refused. */
  readonly mostBytes: number;
  readonly stampMs: number;
}

interface Kept {
  comment: Comment;
  readonly object: string;
  readonly visibleAt: number;
  deleted: boolean;
}

/** What a person writes under a ticket. */
export interface Saying {
  readonly text: string;
  readonly channel?: Channel;
  readonly author?: string | null;
  readonly kind?: CommentKind;
}

/** The comments of one desk: what people do with them, what queries see of them, and our posts. */
export class MemoryComments {
  readonly #options: MemoryCommentsOptions;
  readonly #kept = new Map<string, Kept>();
  #late: { readonly at: number; readonly run: () => void }[] = [];
  /** False: lists say that they may be short of entries. */
  complete = true;
  /** An access rule hides every comment from our user; lists are empty and claim to be complete all the same. */
  blind = false;
  /** Our posts that were made, whether or not we heard of it. */
  posted = 0;

  constructor(options: MemoryCommentsOptions) {
    this.#options = options;
  }

  /** A person writes under a ticket. */
  say(object: string, recordId: string, saying: Saying): Comment {
    const { author = 'person', channel = 'public', kind = 'comment', text } = saying;
    return this.#add(object, recordId, { author, channel, kind, text });
  }

  /** A person edits a comment, or changes who may read it. */
  change(id: string, change: { readonly text?: string; readonly channel?: Channel }): void {
    const kept = this.#keptOf(id);
    kept.comment = { ...kept.comment, ...change, editedAt: this.#stamp() };
  }

  /** A person deletes a comment. */
  erase(id: string): void {
    this.#keptOf(id).deleted = true;
  }

  /** Everything that stands under a ticket, oldest first, whoever may see it. */
  all(object: string, recordId: string): readonly Comment[] {
    this.runLate();
    return this.#of(object, recordId).map(({ comment }) => comment);
  }

  /** As a read shows them. An entry of the journal is there with the version of its ticket that it made; a CaseComment may come late. */
  listed(object: string, recordId: string): { readonly items: readonly Comment[]; readonly complete: boolean } {
    const now = this.#options.side === 'servicenow' ? Number.POSITIVE_INFINITY : this.#options.clock.now();
    const items = this.blind ? [] : this.#of(object, recordId).filter(({ visibleAt }) => visibleAt <= now);
    return { items: items.map(({ comment }) => comment), complete: this.complete };
  }

  /** Comments by when they were last changed; ServiceNow has no such stream, its journal moves the ticket itself. */
  stream(object: string, ask: StreamAsk): StreamPage {
    const { side, clock } = this.#options;
    const name = ask.name;
    if (side === 'servicenow' || this.blind)
      return { name, touched: [], done: true, next: ask.after, readable: side === 'salesforce' };
    const ahead = [...this.#kept.values()]
      .filter((kept) => kept.object === object && !kept.deleted && kept.visibleAt <= clock.now())
      .map(({ comment }) => ({ recordId: comment.recordId, id: comment.id, stamp: stampOf(comment) }))
      .filter(({ id, stamp }) => stamp > ask.after.stamp || (stamp === ask.after.stamp && id > ask.after.id))
      .toSorted((a, b) => compare(a.stamp, b.stamp) || compare(a.id, b.id));
    const touched = ahead.slice(0, ask.limit);
    const last = touched.at(-1);
    const next = last === undefined ? ask.after : { stamp: last.stamp, id: last.id };
    return { name, touched, done: touched.length === ahead.length, next, readable: true };
  }

  /** Our posts, in order. What follows a post of the same ticket that failed for no fault of its own is not sent. */
  post(requests: readonly PostRequest[]): readonly PostResult[] {
    const stopped = new Set<string>();
    return requests.map((request) => {
      const { side } = this.#options;
      const id = normalised(side, request.recordId);
      if (stopped.has(id))
        return failed(new ConnectorError('Unavailable', { side, executed: 'no', cause: 'behind-a-failed-one' }));
      const result = this.#postOne({ ...request, recordId: id });
      if (result.kind === 'failed' && (result.error.inDoubt || result.error.kind !== 'Rejected')) stopped.add(id);
      return result;
    });
  }

  /** Carries out the posts that were still under way when we gave up on them, as far as their time has come. */
  runLate(): void {
    const now = this.#options.clock.now();
    const due = this.#late.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at);
    this.#late = this.#late.filter((one) => !due.includes(one));
    for (const { run } of due) run();
  }

  #postOne(request: PostRequest): PostResult {
    const { side, clock, faults, told } = this.#options;
    const call = { method: 'post', item: request.recordId } as const;
    told(call);
    const fault = faults.strike(call);
    if (fault === null) return this.#carryOut(request);
    if (fault.effect === 'done') this.#carryOut(request);
    if (typeof fault.effect === 'number') {
      this.#late.push({ at: clock.now() + fault.effect, run: () => this.#carryOut(request) });
      // It arrives when its time has come, whether or not anybody calls then.
      void clock.sleep(fault.effect).then(() => this.runLate());
    }
    return failed(faultError(side, fault, `post ${request.recordId}`));
  }

  #carryOut({ object, recordId, channel, text }: PostRequest): PostResult {
    const { side, desk, user, mostBytes } = this.#options;
    const row = desk.row(object, recordId);
    const refuse = (kind: 'NotFound' | 'Rejected', code: string): PostResult =>
      failed(new ConnectorError(kind, { side, executed: 'no', code, cause: 'validation' }));
    if (row === undefined || row.deleted || row.hidden) return refuse('NotFound', 'not-found');
    if (text.trim() === '') return refuse('Rejected', 'empty-text');
    if (new TextEncoder().encode(text).length > mostBytes) return refuse('Rejected', 'STRING_TOO_LONG');
    const { id, createdAt } = this.#add(object, recordId, { author: user, channel, kind: 'comment', text });
    this.posted += 1;
    // A PATCH of a journal field does not tell the entry's id (DOC table-patch-incident-doc).
    return { kind: 'posted', id: side === 'servicenow' ? null : id, at: side === 'servicenow' ? null : createdAt };
  }

  #add(object: string, record: string, what: Pick<Comment, 'author' | 'channel' | 'kind' | 'text'>): Comment {
    const { side, clock, desk, ids, user } = this.#options;
    const recordId = normalised(side, record);
    const row = desk.row(object, recordId);
    if (row === undefined || row.deleted) throw new Error(`no ${object} ${recordId} on ${side}`);
    const createdAt = this.#stamp();
    const comment: Comment = {
      ...what,
      side,
      recordId,
      // Salesforce cuts the blanks at the end of a text.
      text: side === 'salesforce' ? what.text.trimEnd() : what.text,
      id: side === 'servicenow' ? ids.sysId() : `00a${String(this.#kept.size + 1).padStart(12, '0')}AAA`,
      own: what.author === user,
      createdAt,
      editedAt: side === 'servicenow' ? null : createdAt,
    };
    this.#kept.set(comment.id, { comment, object, visibleAt: clock.now() + desk.lagMs, deleted: false });
    // A journal entry moves its ticket's version and nothing else. Whether a CaseComment does nobody says; here it does not.
    if (side === 'servicenow') desk.touch(row, what.author ?? 'guest');
    return comment;
  }

  #of(object: string, recordId: string): readonly Kept[] {
    const id = normalised(this.#options.side, recordId);
    return [...this.#kept.values()].filter(
      (kept) => kept.object === object && kept.comment.recordId === id && !kept.deleted,
    );
  }

  #keptOf(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined || kept.deleted) throw new Error(`no comment ${id} on ${this.#options.side}`);
    return kept;
  }

  #stamp(): string {
    const { desk, stampMs } = this.#options;
    return iso(Math.floor(desk.now() / stampMs) * stampMs);
  }
}

function stampOf(comment: Comment): string {
  return comment.editedAt ?? comment.createdAt;
}

function failed(error: ConnectorError): PostResult {
  return { kind: 'failed', error };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
