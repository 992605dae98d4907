import type { ChildRow, FileInfo } from '../children.ts';
import { bothSides, otherSide, type Side, sides } from '../side.ts';
import { judge } from './judge.ts';
import { Unclaimed } from './match.ts';
import { isTold } from './notice.ts';
import { Rivals, type Rivalry } from './rivals.ts';
import type { FileRules } from './rules.ts';
import { advanced, detailOf, FileLedger, type FileStep, textIn, waitsForOther, withDetail } from './steps.ts';
import type { FilesView, PlanAt } from './view.ts';

/** A file under scan is looked at again after this. */
const scanLookMs = 30_000;

/** What cannot be decided now (a list that does not come, or not whole) is looked at again after this. */
const laterMs = 5 * 60_000;

/** What is missing must be missing still so much later before anything is taken away across. */
const missingMs = 10 * 60_000;

/**
 * Decides about every file of one link. Nothing is recognised by its looks but two things: what a lost answer may have left, looked
 * for once before sending again, and the same content put on both tickets by people, which then counts as carried.
 */
export function planFiles(view: FilesView, rules: FileRules, at: PlanAt): readonly FileStep[] {
  if (view.rows.length === 0 && sides.every((side) => (view.now[side]?.items ?? []).length === 0)) return [];
  const plan = new Planner(view, rules, at);
  // What may have arrived is looked for before anything on the other side can be taken for new; by its content before by its looks.
  const rows = plan.ledger.rows.toSorted((a, b) => Number(a.hash === '') - Number(b.hash === ''));
  const open = rows.flatMap((row) => plan.openRow(row));
  const listed = sides.flatMap((side) => view.now[side]?.items ?? []);
  const known = listed.filter((file) => plan.ledger.knows(file));
  // What stands in the ledger chooses its twin before others are taken for new.
  const files = [...known, ...listed.filter((file) => !known.includes(file))].flatMap((file) => plan.file(file));
  const gone = plan.ledger.rows.flatMap((row) => plan.missing(row));
  const steps = [...open, ...files, ...gone];
  const stepped = new Set(steps.map((step) => step.row.id));
  return [...steps, ...plan.ledger.rows.filter((row) => !stepped.has(row.id)).flatMap((row) => plan.putOff(row))];
}

class Planner {
  readonly ledger: FileLedger;
  readonly #view: FilesView;
  readonly #rules: FileRules;
  readonly #at: PlanAt;
  readonly #unclaimed: Record<Side, Unclaimed>;
  readonly #rivals: Rivals;
  /** Files that a step of this plan speaks for. */
  readonly #taken = new Set<FileInfo>();
  /** Those of them that are somebody's counterpart for certain. */
  readonly #found = new Set<FileInfo>();

  constructor(view: FilesView, rules: FileRules, at: PlanAt) {
    this.#view = view;
    this.#rules = rules;
    this.#at = at;
    this.ledger = new FileLedger(view.rows);
    this.#unclaimed = bothSides((side) => new Unclaimed(view.now[side]?.items ?? [], this.ledger));
    const isPresent = (row: ChildRow): boolean => this.#listed(row)?.versionId === textIn(row, 'versionId');
    this.#rivals = new Rivals(this.ledger, this.#unclaimed, isPresent);
  }

  /** A row that was sent, or is about to be: whether it has arrived, and whether it is time to send it again. */
  openRow(row: ChildRow): readonly FileStep[] {
    if (row.state !== 'sent' && !(row.state === 'planned' && this.#inLane(row))) return [];
    const to = otherSide(row.side);
    const rivalry = this.#rivals.of(row);
    if (rivalry !== null) return this.#rivalling(row, rivalry);
    const arrived = this.#unclaimed[to].arrivalOf(row);
    // Somebody is at it now, or its answer may still be on its way. What it may have left is nobody else's meanwhile.
    if (this.#at.now - Date.parse(row.updatedAt) < this.#at.settleMs) return [];
    if (arrived !== null) return [this.#paired(row, arrived)];
    const across = this.#view.now[to];
    const file = this.#listed(row);
    // Without a whole list nobody can say that it is not there.
    if (file === undefined || across?.complete !== true) return [];
    // The version that went out is not there to be sent again; the present one has a row of its own.
    const replaced = textIn(row, 'versionId') !== file.versionId && this.#rules.newVersion === 'carry';
    if (replaced) return [this.#note(row, { state: 'withheld' }, { why: 'replaced' })];
    return this.#carry(row, file, textIn(row, 'lostAt') ?? row.updatedAt);
  }

  /** Several may have left what is there: the present content is compared with it before anything is sent again. */
  #rivalling(row: ChildRow, { leads, candidates }: Rivalry): readonly FileStep[] {
    const file = this.#listed(row);
    const settled = this.#at.now - Date.parse(row.updatedAt) >= this.#at.settleMs;
    if (!leads || !settled || file === undefined || this.#view.now[otherSide(row.side)]?.complete !== true) return [];
    return this.#carry(row, file, textIn(row, 'lostAt') ?? row.updatedAt, candidates);
  }

  file(file: FileInfo): readonly FileStep[] {
    const row = this.ledger.source(file.side, file.id);
    const ours = this.ledger.counterpart(file.side, file.id);
    const known = row ?? ours;
    if (known === undefined) return this.#unknown(file);
    // It looked like a person's while our upload was not recorded yet.
    if (row?.state === 'planned' && ours !== undefined)
      return [this.#note(row, { state: 'withheld' }, { why: 'ours' })];
    const version = textIn(known, row === undefined ? 'counterpartVersion' : 'versionId');
    if (version !== null && version !== file.versionId) return this.#newVersion(file, row);
    if (row !== undefined && waitsForOther(row)) return this.#waited(row, file);
    if (row?.state === 'planned') return this.#planned(row, file);
    // It had gone from a list before it was carried, and is there after all.
    const vanished = row?.state === 'withheld' && row.detail['why'] === 'vanished' && row.counterpartId === null;
    if (vanished) return this.#anew(row, file);
    return row?.detail['notice'] === 'due' ? [this.#told(row)] : [];
  }

  /** A person has taken it off: what was planned comes to nothing, what was carried follows where the rule says so. */
  missing(row: ChildRow): readonly FileStep[] {
    const here = this.#view.now[row.side];
    if (here?.complete !== true || this.#isListed(row)) return this.#backAgain(row);
    if (row.state === 'planned') return [this.#note(row, { state: 'withheld' }, { why: 'vanished' })];
    if (row.state !== 'carried' || this.#rules.deleted !== 'detach' || row.detail['paired'] === true) return [];
    const on = otherSide(row.side);
    const there = this.#view.now[on]?.items.some((file) => file.id === row.counterpartId) === true;
    if (!there || row.counterpartId === null || row.sourceId.includes('@')) return [];
    const since = textIn(row, 'missingAt');
    if (since === null) return [this.#note(row, {}, { missingAt: new Date(this.#at.now).toISOString() })];
    if (this.#at.now - Date.parse(since) < missingMs) return [];
    const gone = advanced(row, this.#at.now, { detail: withDetail(row, { detached: true, missingAt: null }) });
    return [{ row: gone, seen: row.updatedAt, act: { kind: 'detach', on, id: row.counterpartId } }];
  }

  /** A row that is due and that nothing could be done about: it must not be due again at once. */
  putOff(row: ChildRow): readonly FileStep[] {
    const rests = this.#at.now - Date.parse(row.updatedAt) < this.#at.settleMs;
    if ((row.state !== 'planned' && row.state !== 'sent') || rests || !this.#isTime(row)) return [];
    // A later version has a row of its own.
    const file = this.#listed(row);
    const replaced = row.sourceId.includes('@') && file !== undefined && file.versionId !== textIn(row, 'versionId');
    if (row.state === 'planned' && replaced) return [this.#note(row, { state: 'withheld' }, { why: 'replaced' })];
    return [this.#note(row, {}, { nextAt: new Date(this.#at.now + laterMs).toISOString() })];
  }

  /** Planned a moment ago: it waits in somebody's lane. After the settle time nobody can be sure of that any more. */
  #inLane(row: ChildRow): boolean {
    const fresh = this.#at.now - Date.parse(row.updatedAt) < this.#at.settleMs;
    return fresh && textIn(row, 'nextAt') === null;
  }

  #isTime(row: ChildRow): boolean {
    return Date.parse(textIn(row, 'nextAt') ?? '') <= this.#at.now || textIn(row, 'nextAt') === null;
  }

  #unknown(file: FileInfo): readonly FileStep[] {
    if (!this.#concerns(file) || this.#taken.has(file)) return [];
    if (this.#unclaimed[file.side].claim(file)) return this.#fresh(file, file.id);
    return [this.#wait(this.#rowOf(file, file.id), null)];
  }

  /** What a sending that is under way may have left, or a person's after all: told apart when that has come to its end. */
  #wait(row: ChildRow, seen: string | null): FileStep {
    const nextAt = new Date(this.#at.now + this.#at.settleMs).toISOString();
    return { row: { ...row, detail: withDetail(row, { nextAt, waits: 'other' }) }, seen, act: { kind: 'note' } };
  }

  #waited(row: ChildRow, file: FileInfo): readonly FileStep[] {
    if (this.#found.has(file)) return [this.#note(row, { state: 'withheld' }, { why: 'ours', waits: null })];
    if (this.#taken.has(file)) return [];
    if (this.#unclaimed[file.side].claim(file)) return this.#planned(row, file);
    return this.#isTime(row) ? [this.#wait(advanced(row, this.#at.now, {}), row.updatedAt)] : [];
  }

  /** What our own account has added without the ledger knowing came too late, or is some automation's: never to be an echo. */
  #concerns(file: FileInfo): boolean {
    if (file.own) return false;
    const { since } = this.#view;
    const mine = this.#rules.from === 'both' || this.#rules.from === file.side;
    return mine && (since === null || file.createdAt >= since[file.side]);
  }

  #newVersion(file: FileInfo, first: ChildRow | undefined): readonly FileStep[] {
    const sourceId = `${file.id}@${file.versionId}`;
    const row = this.ledger.source(file.side, sourceId);
    if (first?.state === 'planned' && !this.#inLane(first)) {
      // Nothing has gone out yet: the present version is the one to send, once.
      if (row === undefined) return this.#planned(first, file);
      const over = this.#note(first, { state: 'withheld' }, { why: 'replaced' });
      return row.state === 'planned' ? [over, ...this.#planned(row, file)] : [over];
    }
    if (this.#rules.newVersion === 'ignore' || (this.#rules.from !== 'both' && this.#rules.from !== file.side))
      return [];
    if (row === undefined) return this.#fresh(file, sourceId);
    return row.state === 'planned' ? this.#planned(row, file) : [];
  }

  #fresh(file: FileInfo, sourceId: string): readonly FileStep[] {
    return this.#judged(this.#rowOf(file, sourceId), null, file);
  }

  #rowOf(file: FileInfo, sourceId: string): ChildRow {
    const now = new Date(this.#at.now).toISOString();
    return {
      id: this.#at.newId(),
      linkId: this.#view.linkId,
      kind: 'file',
      side: file.side,
      sourceId,
      counterpartId: null,
      channel: 'internal',
      hash: file.hash ?? '',
      state: 'planned',
      detail: detailOf(file),
      createdAt: now,
      updatedAt: now,
    };
  }

  #planned(row: ChildRow, file: FileInfo): readonly FileStep[] {
    const scanned = row.detail['waits'] === 'scan' && file.state !== 'pending';
    if ((!this.#isTime(row) || this.#inLane(row)) && !scanned) return [];
    return this.#anew(row, file);
  }

  #anew(row: ChildRow, file: FileInfo): readonly FileStep[] {
    const detail = withDetail(row, { ...detailOf(file), why: null, nextAt: null, waits: null });
    const next = advanced(row, this.#at.now, { state: 'planned', hash: file.hash ?? '', detail });
    return this.#judged(next, row.updatedAt, file);
  }

  #judged(row: ChildRow, seen: string | null, file: FileInfo): readonly FileStep[] {
    const verdict = judge(file, this.#rules, this.#at.now);
    const to = otherSide(file.side);
    if (verdict.kind === 'wait') {
      const nextAt = new Date(this.#at.now + scanLookMs).toISOString();
      // Its desk marks the end of the scan as a change of the file: a stream's row then tells something new.
      const detail = withDetail(row, { nextAt, waits: 'scan', stamp: null });
      return [{ row: { ...row, detail }, seen, act: { kind: 'note' } }];
    }
    if (verdict.kind === 'withhold') {
      const limit = verdict.why === 'too-large' ? { limit: this.#rules.maxBytes } : {};
      const told = isTold(verdict.why);
      const detail = withDetail(row, { why: verdict.why, ...limit, ...(told ? { notice: 'due' } : {}) });
      return [
        { row: { ...row, state: 'withheld', detail }, seen, act: told ? { kind: 'tell', on: to } : { kind: 'note' } },
      ];
    }
    const same = this.#unclaimed[to].sameAs(file);
    if (same !== null) return [{ ...this.#paired(row, same), seen }];
    const rivalry = seen === null ? null : this.#rivals.of(row);
    if (rivalry?.leads === false) return [];
    const alike = rivalry === null ? this.#unclaimed[to].alike(file) : null;
    const [twin = null, ...others] = rivalry?.candidates ?? (alike === null ? [] : [alike]);
    if (alike !== null) this.#taken.add(alike);
    const compared = others.length === 0 ? { twin } : { twin, others };
    return [
      { row: { ...row, channel: verdict.channel }, seen, act: { kind: 'carry', to, file, ...compared, lostAt: null } },
    ];
  }

  /** A notice that was not posted yet. */
  #told(row: ChildRow): FileStep {
    return {
      row: advanced(row, this.#at.now, {}),
      seen: row.updatedAt,
      act: { kind: 'tell', on: otherSide(row.side) },
    };
  }

  #carry(row: ChildRow, file: FileInfo, lostAt: string, alike: readonly FileInfo[] = []): readonly FileStep[] {
    const [twin = null, ...others] = alike;
    // What is sent now is the present version, whichever went out before: it is not to be carried once more as a newer one.
    const detail = withDetail(row, detailOf(file));
    const next = advanced(row, this.#at.now, { state: 'planned', hash: file.hash ?? '', detail });
    const compared = others.length === 0 ? { twin } : { twin, others };
    return [
      { row: next, seen: row.updatedAt, act: { kind: 'carry', to: otherSide(row.side), file, ...compared, lostAt } },
    ];
  }

  /** The file across is its counterpart. */
  #paired(row: ChildRow, file: FileInfo): FileStep {
    this.#taken.add(file);
    this.#found.add(file);
    const detail = withDetail(row, {
      counterpartVersion: file.versionId,
      lostAt: null,
      nextAt: null,
      ...(row.state === 'sent' ? { found: true } : { paired: true }),
    });
    const paired = advanced(row, this.#at.now, { state: 'carried', counterpartId: file.id, detail });
    return { row: paired, seen: row.updatedAt, act: { kind: 'note' } };
  }

  #note(row: ChildRow, change: Partial<ChildRow>, detail: ChildRow['detail']): FileStep {
    const next = advanced(row, this.#at.now, { ...change, detail: withDetail(row, detail) });
    return { row: next, seen: row.updatedAt, act: { kind: 'note' } };
  }

  #backAgain(row: ChildRow): readonly FileStep[] {
    return this.#isListed(row) && textIn(row, 'missingAt') !== null ? [this.#note(row, {}, { missingAt: null })] : [];
  }

  #isListed(row: ChildRow): boolean {
    return this.#listed(row) !== undefined;
  }

  #listed(row: ChildRow): FileInfo | undefined {
    const id = row.sourceId.split('@')[0];
    return this.#view.now[row.side]?.items.find((file) => file.id === id);
  }
}
