import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Channel, FileInfo } from '../../core/children.ts';
import { type Clock, type Ids, iso } from '../../core/clock.ts';
import type { Side } from '../../core/side.ts';
import type { AttachRequest, AttachResult, Children, ChildSystem, StreamAsk, StreamPage } from '../children.ts';
import { ConnectorError, type ConnectorErrorKind } from '../errors.ts';
import type { MemoryDesk } from './desk.ts';
import { faultError, type MemoryCall, type MemoryFault, type MemoryFaults } from './faults.ts';
import { normalised } from './stamps.ts';

export interface MemoryFilesOptions {
  readonly side: Side;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly desk: MemoryDesk;
  readonly faults: MemoryFaults;
  readonly told: (call: MemoryCall) => void;
  /** Whom our own uploads are stamped with. */
  readonly user: string;
  readonly stampMs: number;
}

interface Kept {
  info: FileInfo;
  readonly object: string;
  content: Buffer;
  /** By version: a download names the one that it wants. */
  readonly versions: Map<string, Buffer>;
  deleted: boolean;
}

/** A file as a person adds it. */
export interface Adding {
  readonly name: string;
  readonly content: string | Buffer;
  /** Default: `internal` on ServiceNow, which keeps no mark, `public` on Salesforce. */
  readonly channel?: Channel;
  readonly state?: FileInfo['state'];
  /** What the list says of its size, where that is a lie. */
  readonly claimedSize?: number;
}

/** The files of one desk: what people do with them, what lists show of them, and our uploads. */
export class MemoryFiles implements Pick<ChildSystem, 'open' | 'attach' | 'detach'> {
  readonly #options: MemoryFilesOptions;
  readonly #kept = new Map<string, Kept>();
  #drawn = 0;
  #late: { readonly at: number; readonly run: () => void }[] = [];
  /** False: lists say that they may be short of files. */
  complete = true;
  /** Name endings that the desk refuses. */
  forbidden: readonly string[] = [];

  constructor(options: MemoryFilesOptions) {
    this.#options = options;
  }

  /** A person adds a file to a ticket; its id comes back. */
  add(object: string, recordId: string, adding: Adding): string {
    return this.#store(object, recordId, adding, 'person').info.id;
  }

  /** A person takes a file off its ticket. */
  remove(id: string): void {
    this.#of(id).deleted = true;
  }

  /** A person puts another version in its place; the file keeps its id. */
  replace(id: string, content: string | Buffer): void {
    const kept = this.#of(id);
    kept.content = Buffer.from(content);
    const versionId = this.#newId('068');
    kept.versions.set(versionId, kept.content);
    kept.info = { ...kept.info, versionId, ...this.#facts(kept.content), createdAt: this.#stamp() };
  }

  /** The scanner comes to its end. */
  scanned(id: string, state: FileInfo['state'] = 'ready'): void {
    const kept = this.#of(id);
    kept.info = { ...kept.info, state };
  }

  /** Everything that hangs on a ticket, with its bytes, oldest first. */
  all(object: string, recordId: string): readonly (FileInfo & { readonly content: Buffer })[] {
    this.runLate();
    return this.#on(object, recordId).map(({ info, content }) => ({ ...info, content }));
  }

  listed(object: string, recordId: string): NonNullable<Children['files']> {
    return { items: this.#on(object, recordId).map(({ info }) => info), complete: this.complete };
  }

  /** Files by when they were added, or got their latest version. */
  stream(object: string, ask: StreamAsk): StreamPage {
    const ahead = [...this.#kept.values()]
      .filter((kept) => kept.object === object && !kept.deleted)
      .map(({ info }) => ({ recordId: info.recordId, id: info.id, stamp: info.createdAt }))
      .filter(({ id, stamp }) => stamp > ask.after.stamp || (stamp === ask.after.stamp && id > ask.after.id))
      .toSorted((a, b) => compare(a.stamp, b.stamp) || compare(a.id, b.id));
    const touched = ahead.slice(0, ask.limit);
    const last = touched.at(-1);
    const next = last === undefined ? ask.after : { stamp: last.stamp, id: last.id };
    return { name: ask.name, touched, done: touched.length === ahead.length, next, readable: true };
  }

  /** What was still under way when we gave up on it arrives, as far as its time has come. */
  runLate(): void {
    const now = this.#options.clock.now();
    const due = this.#late.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at);
    this.#late = this.#late.filter((one) => !due.includes(one));
    for (const { run } of due) run();
  }

  async open(file: FileInfo): Promise<{ readonly body: Readable; readonly size: number | null }> {
    this.#strike({ method: 'open', item: file.id });
    const kept = this.#kept.get(file.id);
    if (kept === undefined || kept.deleted) throw this.#error('NotFound', { status: 404 });
    const content = kept.versions.get(file.versionId) ?? kept.content;
    return { body: Readable.from(content.length === 0 ? [] : [content], { objectMode: false }), size: null };
  }

  async attach(request: AttachRequest): Promise<AttachResult> {
    const { side, clock, faults, told } = this.#options;
    const recordId = normalised(side, request.recordId);
    const call = { method: 'attach', item: recordId } as const;
    told(call);
    const fault = faults.strike(call);
    if (fault !== null && (fault.effect ?? 'never') === 'never') return failed(faultError(side, fault, 'attach'));
    const content = await bytesOf(request);
    if (content instanceof ConnectorError) return failed(content);
    const refusal = this.#refusal(request.object, recordId, request.name);
    if (refusal !== null) return failed(refusal);
    const adding = { name: request.name, content, channel: request.channel };
    const store = (): Kept => this.#store(request.object, recordId, adding, this.#options.user);
    if (fault !== null) return this.#unheard(fault, store, clock.now());
    const { info } = store();
    return { kind: 'attached', id: info.id, versionId: info.versionId, hash: info.hash };
  }

  async detach(_object: string, file: { readonly id: string }): Promise<void> {
    this.#strike({ method: 'detach', item: file.id });
    const kept = this.#kept.get(file.id);
    if (kept === undefined || kept.deleted) throw this.#error('NotFound', { status: 404 });
    kept.deleted = true;
  }

  /** Carried out now or later, and its answer lost. */
  #unheard(fault: MemoryFault, store: () => Kept, now: number): AttachResult {
    if (typeof fault.effect === 'number') {
      this.#late.push({ at: now + fault.effect, run: store });
      void this.#options.clock.sleep(fault.effect).then(() => this.runLate());
    } else store();
    return failed(faultError(this.#options.side, fault, 'attach'));
  }

  #strike(call: MemoryCall): void {
    const { faults, told, side } = this.#options;
    told(call);
    const fault = faults.strike(call);
    if (fault !== null) throw faultError(side, fault, call.method);
  }

  #refusal(object: string, recordId: string, name: string): ConnectorError | null {
    const row = this.#options.desk.row(object, recordId);
    if (row === undefined || row.deleted || row.hidden) return this.#error('NotFound', { status: 404 });
    const refused = this.forbidden.some((ending) => name.toLowerCase().endsWith(`.${ending}`));
    return refused ? this.#error('Rejected', { status: 400, cause: 'extension' }) : null;
  }

  #error(kind: ConnectorErrorKind, data: { readonly status: number; readonly cause?: string }): ConnectorError {
    return new ConnectorError(kind, { side: this.#options.side, executed: 'no', ...data });
  }

  #store(object: string, recordId: string, adding: Adding, author: string): Kept {
    const { side, user } = this.#options;
    const content = Buffer.from(adding.content);
    const id = this.#newId('069');
    const info: FileInfo = {
      side,
      recordId: normalised(side, recordId),
      id,
      versionId: side === 'servicenow' ? id : this.#newId('068'),
      name: adding.name,
      contentType: 'application/octet-stream',
      ...this.#facts(content),
      ...(adding.claimedSize === undefined ? {} : { size: adding.claimedSize }),
      channel: side === 'servicenow' ? 'internal' : (adding.channel ?? 'public'),
      author,
      own: author === user,
      createdAt: this.#stamp(),
      state: adding.state ?? 'ready',
    };
    const kept: Kept = { info, object, content, versions: new Map([[info.versionId, content]]), deleted: false };
    this.#kept.set(id, kept);
    return kept;
  }

  /** ServiceNow keeps SHA-256, Salesforce does not. */
  #facts(content: Buffer): Pick<FileInfo, 'size' | 'hash'> {
    const hash = createHash('sha256').update(content).digest('hex');
    return { size: content.length, hash: this.#options.side === 'servicenow' ? hash : null };
  }

  #newId(prefix: string): string {
    const { side, ids } = this.#options;
    this.#drawn += 1;
    return side === 'servicenow' ? ids.sysId() : `${prefix}${String(this.#drawn).padStart(12, '0')}AAA`;
  }

  #stamp(): string {
    const { desk, stampMs } = this.#options;
    return iso(Math.floor(desk.now() / stampMs) * stampMs);
  }

  #of(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw new Error(`no file ${id}`);
    return kept;
  }

  #on(object: string, recordId: string): readonly Kept[] {
    const id = normalised(this.#options.side, recordId);
    return [...this.#kept.values()].filter(
      (kept) => kept.object === object && kept.info.recordId === id && !kept.deleted,
    );
  }
}

/** The whole body; an error where it breaks off, or is not as long as was said. */
async function bytesOf(request: AttachRequest): Promise<Buffer | ConnectorError> {
  const parts: Buffer[] = [];
  try {
    for await (const part of await request.open()) parts.push(part as Buffer);
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
  return Buffer.concat(parts);
}

function failed(error: ConnectorError): AttachResult {
  return { kind: 'failed', error };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
