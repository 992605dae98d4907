import { createHash } from 'node:crypto';
import type { Channel } from '../../src/core/children.ts';
import type { Link } from '../../src/core/link.ts';
import { otherSide, type Side, sides } from '../../src/core/side.ts';
import type { Store } from '../../src/store/store.ts';
import { objects } from '../model/world.ts';
import type { Desks } from '../support/talk.ts';

/** One file of a person, with every content that it ever had. */
interface Paper {
  readonly id: string;
  readonly side: Side;
  readonly recordId: string;
  readonly channel: Channel;
  readonly contents: string[];
  removed: boolean;
}

const ours = 'casebridge';

/** What people attach at both desks: a few bytes each. Contents are numbered, but for one that everybody uses. */
export class Papers {
  readonly #desks: Desks;
  readonly all: Paper[] = [];
  #contents = 0;

  constructor(desks: Desks) {
    this.#desks = desks;
  }

  /** A person adds a file; ServiceNow keeps no mark of who may read it. */
  attach(side: Side, recordId: string, channel: Channel, kind: number): void {
    const content = kind === 0 ? 'the same screenshot' : this.#newContent();
    const name = kind === 0 ? 'screenshot.png' : `${content}.txt`;
    const id = this.#desks[side].files.add(objects[side], recordId, { name, content, channel });
    this.all.push({ id, side, recordId, channel, contents: [content], removed: false });
  }

  /** Salesforce keeps versions; an attachment of ServiceNow stands as it is. */
  replace(which: number): void {
    const one = this.#pick(which, (paper) => paper.side === 'salesforce');
    if (one === undefined) return;
    const content = this.#newContent();
    one.contents.push(content);
    this.#desks[one.side].files.replace(one.id, content);
  }

  unattach(which: number): void {
    const one = this.#pick(which, () => true);
    if (one === undefined) return;
    one.removed = true;
    this.#desks[one.side].files.remove(one.id);
  }

  #pick(which: number, fits: (paper: Paper) => boolean): Paper | undefined {
    const open = this.all.filter((paper) => !paper.removed && fits(paper));
    return open[which % Math.max(1, open.length)];
  }

  #newContent(): string {
    this.#contents += 1;
    return `paper ${this.#contents}`;
  }
}

interface Copy {
  readonly side: Side;
  readonly recordId: string;
  readonly channel: Channel;
  readonly content: string;
}

/** What we have uploaded. */
function copiesOn(desks: Desks, side: Side): readonly Copy[] {
  const { files } = desks[side];
  return desks[side].rows(objects[side]).flatMap((row) =>
    files
      .all(objects[side], row.id)
      .filter((file) => file.author === ours)
      .map((file) => ({ side, recordId: row.id, channel: file.channel, content: file.content.toString() })),
  );
}

function fail(what: string, facts: unknown): never {
  throw new Error(`files: ${what}\n${JSON.stringify(facts, null, 1)}`);
}

/**
 * At every moment: of nobody's file more copies than were ever added, none of what was never added, and nothing internal where a
 * caller or a customer can read it.
 */
export function checkPapers(desks: Desks, papers: Papers): void {
  for (const side of sides) {
    const copies = copiesOn(desks, side);
    for (const content of new Set(copies.map((copy) => copy.content))) {
      const found = copies.filter((copy) => copy.content === content);
      const added = papers.all.filter((paper) => paper.side !== side && paper.contents.includes(content));
      if (found.length > added.length)
        fail(`${content} stands on ${side} more often than it was added`, { found, added });
      // Whoever reads an incident reads what is attached to it; in Salesforce a file of ours is for internal users only.
      const open = side === 'servicenow' ? added.filter((paper) => paper.channel === 'public').length : 0;
      const shown = side === 'servicenow' ? found.length : found.filter((copy) => copy.channel === 'public').length;
      if (shown > open) fail(`an internal file can be read on ${side}`, { found, added });
    }
  }
}

/** Once all is quiet: the present content of every file stands across as well, on the right ticket, unless the ledger says why not. */
export async function checkPapersQuiet(
  desks: Desks,
  store: Pick<Store, 'transaction'>,
  papers: Papers,
  links: readonly Link[],
): Promise<void> {
  checkPapers(desks, papers);
  const rows = (await store.transaction((tx) => tx.childrenOf(links.map((link) => link.id)))).filter(
    (row) => row.kind === 'file' && row.sourceId !== '*',
  );
  const open = rows.filter((row) => row.state === 'planned' || row.state === 'sent');
  const left = open.filter((row) => papers.all.some((paper) => paper.id === idOf(row.sourceId) && !paper.removed));
  if (left.length > 0) fail('still about to be carried', left);
  const athome = new Set(
    rows
      .filter((row) => row.state === 'refused' || (row.state === 'withheld' && row.detail['why'] !== 'replaced'))
      .map((row) => idOf(row.sourceId)),
  );
  for (const paper of papers.all) {
    const link = links.find((one) => one.ids[paper.side] === paper.recordId);
    if (link === undefined || paper.removed || athome.has(paper.id)) continue;
    const to = otherSide(paper.side);
    const content = paper.contents.at(-1) ?? '';
    // Somebody had added the same across: that was its counterpart, whatever became of it.
    if (papers.all.some((other) => other.side === to && other.contents.includes(content))) continue;
    const there = desks[to].files.all(objects[to], link.ids[to]).filter((file) => file.content.toString() === content);
    if (there.length === 0)
      fail(`${content} has no counterpart on ${to}`, { paper, link: link.id, rows, hash: hashOf(content) });
  }
}

function idOf(sourceId: string): string {
  return sourceId.split('@')[0] ?? '';
}

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
