import type { MemorySystem } from '../../src/connectors/memory.ts';
import type { Channel, Comment } from '../../src/core/children.ts';
import type { Link } from '../../src/core/link.ts';
import { otherSide, type Side, sides } from '../../src/core/side.ts';
import type { Store } from '../../src/store/store.ts';

/** One comment of a person, with everything that it ever said, and to whom. */
export interface Spoken {
  readonly id: string;
  readonly side: Side;
  readonly recordId: string;
  readonly versions: { readonly key: string; readonly text: string; readonly channel: Channel }[];
  deleted: boolean;
}

export type Desks = Readonly<Record<Side, MemorySystem>>;

const ours = 'casebridge';
const objects: Readonly<Record<Side, string>> = { servicenow: 'incident', salesforce: 'Case' };

/** What people say at both desks. Texts are numbered, but for one that everybody uses. */
export class Talk {
  readonly #desks: Desks;
  readonly spoken: Spoken[] = [];
  #texts = 0;

  constructor(desks: Desks) {
    this.#desks = desks;
  }

  say(side: Side, recordId: string, channel: Channel, kind: number): void {
    const { key, text } = kind % 5 === 0 ? { key: 'ok', text: 'ok' } : this.#newText(kind);
    const { id } = this.#desks[side].comments.say(objects[side], recordId, { text, channel });
    this.spoken.push({ id, side, recordId, versions: [{ key, text, channel }], deleted: false });
  }

  /** Salesforce lets people edit comments; a journal entry stands as it is. */
  rewrite(which: number, kind: number): void {
    this.#change(which, (last) => ({ ...last, ...this.#newText(kind) }));
  }

  publish(which: number): void {
    this.#change(which, (last) => ({ ...last, channel: last.channel === 'public' ? 'internal' : 'public' }));
  }

  unsay(which: number): void {
    const one = this.#pick(which);
    if (one === undefined) return;
    one.deleted = true;
    this.#desks[one.side].comments.erase(one.id);
  }

  #change(which: number, change: (last: Spoken['versions'][number]) => Spoken['versions'][number]): void {
    const one = this.#pick(which);
    const last = one?.versions.at(-1);
    if (one === undefined || last === undefined) return;
    const next = change(last);
    one.versions.push(next);
    this.#desks[one.side].comments.change(one.id, { text: next.text, channel: next.channel });
  }

  #pick(which: number): Spoken | undefined {
    const open = this.spoken.filter((one) => one.side === 'salesforce' && !one.deleted);
    return open[which % Math.max(1, open.length)];
  }

  #newText(kind: number): { readonly key: string; readonly text: string } {
    this.#texts += 1;
    const key = `say${this.#texts}.`;
    return { key, text: kind % 7 === 0 ? `${key} ${'long words '.repeat(500)}end` : `${key} 👩‍👩‍👧‍👦\r\nand more` };
  }
}

/** One thing that we have posted. */
interface Copy {
  readonly comment: Comment;
  readonly notice: 'Edited' | 'Deleted' | 'Now visible' | 'No longer visible' | null;
  /** The first word of its text, which names it; null for the further parts of a long one. */
  readonly key: string | null;
}

function copiesOn(desks: Desks, side: Side): readonly Copy[] {
  const desk = desks[side];
  const said = /^(ok|say\d+\.)$/;
  return desk.rows(objects[side]).flatMap((row) =>
    desk.comments
      .all(objects[side], row.id)
      .filter((comment) => comment.author === ours)
      .map((comment) => {
        const [head = '', body = ''] = comment.text.split('\n');
        const part = /\[(\d+)\/\d+\]$/.exec(head)?.[1] ?? '1';
        const notice = (['Edited', 'Deleted', 'Now visible', 'No longer visible'] as const).find((one) =>
          head.startsWith(one),
        );
        const first = body.trim().split(/\s/)[0] ?? '';
        return { comment, notice: notice ?? null, key: part === '1' && said.test(first) ? first : null };
      }),
  );
}

function fail(what: string, facts: unknown): never {
  throw new Error(`comments: ${what}\n${JSON.stringify(facts, null, 1)}`);
}

/**
 * At every moment: nothing of a person stands across more often than it was said, nothing was carried back, nothing internal is
 * public, and no notice is told twice.
 */
export function checkTalk(desks: Desks, talk: Talk): void {
  for (const side of sides) {
    const copies = copiesOn(desks, side);
    const said = talk.spoken.filter((one) => one.side !== side);
    const texts = copies.filter(({ notice, key }) => key !== null && (notice === null || notice === 'Edited'));
    for (const key of new Set(texts.map((copy) => copy.key))) {
      const found = texts.filter((copy) => copy.key === key);
      const sayers = said.filter((one) => one.versions.some((version) => version.key === key));
      if (found.length > sayers.length) fail(`${key} stands on ${side} more often than it was said`, { found, sayers });
      const open = sayers.some((one) => one.versions.some((v) => v.key === key && v.channel === 'public'));
      const leaked = found.filter(({ comment, notice }) => comment.channel === 'public' && (notice !== null || !open));
      if (leaked.length > 0) fail(`an internal text is public on ${side}`, { leaked, sayers });
    }
    const gone = copies.filter(({ notice }) => notice === 'Deleted').length;
    if (gone > said.filter((one) => one.deleted).length) fail(`a deletion was told twice on ${side}`, copies);
    const shown = copies.filter(({ notice }) => notice === 'Now visible' || notice === 'No longer visible');
    if (shown.some(({ comment }) => comment.channel === 'public')) fail(`a notice of ours is public on ${side}`, shown);
  }
}

/** Once all is quiet: what stands there now stands across as well, on the right ticket, unless the ledger says why not. */
export async function checkTalkQuiet(
  desks: Desks,
  store: Pick<Store, 'transaction'>,
  talk: Talk,
  isWhole: (link: Link) => boolean = () => true,
): Promise<void> {
  checkTalk(desks, talk);
  const links = (await store.transaction((tx) => tx.findLinks({ limit: 1000 }))).filter(isWhole);
  const rows = await store.transaction((tx) => tx.childrenOf(links.map((link) => link.id)));
  const open = rows.filter((row) => row.kind === 'comment' && row.state === 'planned');
  if (open.length > 0) fail('still about to be posted', open);
  const refused = new Set(rows.filter((row) => row.state === 'refused').map((row) => row.sourceId.split(/[#@]/)[0]));
  for (const one of talk.spoken) {
    const link = links.find((candidate) => candidate.ids[one.side] === one.recordId && candidate.status !== 'detached');
    if (link === undefined || one.deleted || refused.has(one.id)) continue;
    checkAcross(
      desks,
      talk.spoken.filter((other) => !refused.has(other.id)),
      link,
      one,
    );
  }
}

function checkAcross(desks: Desks, spoken: readonly Spoken[], link: Link, one: Spoken): void {
  const to = otherSide(one.side);
  const last = one.versions.at(-1);
  const here = copiesOn(desks, to).filter(({ comment }) => comment.recordId === link.ids[to]);
  const found = here.filter((copy) => copy.key === last?.key);
  const alike = spoken.filter(
    (other) => other.recordId === one.recordId && !other.deleted && other.versions.at(-1)?.key === last?.key,
  );
  const only = last?.key !== 'ok';
  if (found.length < alike.length) fail(`${String(last?.key)} has no counterpart on ${to}`, { one, found, here });
  const first = found.find(({ notice }) => notice === null);
  const steady = one.versions.every((version) => version.channel === last?.channel);
  if (steady && only && first !== undefined && first.comment.channel !== last?.channel)
    fail(`${String(last?.key)} is on another channel on ${to}`, { one, found });
  if (only && found.length === 1) checkWhole(here, found[0], last?.text ?? '');
}

/** Every part of a long text stands there, once, and nothing of it was lost. */
function checkWhole(here: readonly Copy[], copy: Copy | undefined, text: string): void {
  const head = copy?.comment.text.split('\n')[0] ?? '';
  const parts = /^(.*) \[1\/(\d+)\]$/.exec(head);
  if (parts === null) return;
  const [, byline = '', count = ''] = parts;
  // Two long texts of one person and minute have one line above; then the parts cannot be told apart by looking.
  const firsts = here.filter((other) => other.comment.text.startsWith(`${byline} [1/${count}]`));
  if (firsts.length !== 1) return;
  const bodies = Array.from({ length: Number(count) }, (_, n) => {
    const found = here.filter(({ comment }) => comment.text.startsWith(`${byline} [${n + 1}/${count}]\n`));
    if (found.length !== 1) fail(`part ${n + 1} of ${count} stands there ${found.length} times`, { head, found });
    return found[0]?.comment.text.split('\n').slice(1).join('\n') ?? '';
  });
  const plain = (whole: string): string => whole.replaceAll(/\s+/g, '');
  if (plain(bodies.join('')) !== plain(text)) fail('a long text lost something on its way', { head, bodies });
}
