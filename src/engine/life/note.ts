import { createHash } from 'node:crypto';
import type { ChildRow } from '../../core/children.ts';
import { iso } from '../../core/clock.ts';
import type { Ended } from '../../core/life/decide-life.ts';
import { noticeId, noticeText } from '../../core/life/notice.ts';
import type { LifeAct } from '../../core/life/rules.ts';
import type { Link } from '../../core/link.ts';
import type { SourceRecord } from '../../core/record.ts';
import type { Engine } from '../engine.ts';
import type { Decision } from '../work.ts';
import { isLife, type LifeOf } from './step.ts';

/** One end that has something to send, noted in the store. */
export interface NotedEnd {
  readonly key: string;
  readonly decision: LifeOf<'end'>;
  readonly life: Ended;
  readonly act: LifeAct;
  readonly survivor: SourceRecord;
  readonly text: string;
  /** The notice in the ledger. `known`: it stood there from an earlier try, and may have been sent. */
  readonly row: ChildRow;
  readonly known: boolean;
}

/**
 * Notes, before anything is sent, what became of records and what is about to be done: whatever happens to the calls, the next run
 * knows. Ends that send nothing are not noted.
 */
export async function noteEnds(engine: Engine, decisions: readonly Decision[]): Promise<readonly NotedEnd[]> {
  const ends = decisions.filter(
    (decision): decision is LifeOf<'end'> =>
      isLife(decision, 'end') && decision.life.survivor !== null && decision.life.act !== 'ignore',
  );
  if (ends.length === 0) return [];
  return engine.store.transaction(async (tx) => {
    await tx.holdJobs(ends.map(({ work }) => work.job));
    const rows = new Map(
      (await tx.childrenOf(ends.map(({ work }) => work.link.id))).map((row) => [`${row.linkId} ${row.sourceId}`, row]),
    );
    const noted = ends.flatMap((decision): readonly NotedEnd[] => {
      const { life, act, survivor } = decision.life;
      if (survivor === null) return [];
      const { link } = decision.work;
      const text = noticeText(link, life, act);
      const held = rows.get(`${link.id} ${noticeId(life)}`);
      const known = held !== undefined && held.detail['unsent'] !== true;
      const row = known ? held : noticeRow(engine, link, life, text);
      return [{ key: decision.work.key, decision, life, act, survivor, text, row, known }];
    });
    await tx.updateLinks(noted.map(({ decision, life }) => ({ ...decision.work.link, status: 'pending', life })));
    // A person may have unlinked one meanwhile: then nothing more is done about its tickets.
    const linked = new Set(
      (await tx.linksById(noted.map(({ decision }) => decision.work.link.id)))
        .filter((link) => link.status !== 'detached')
        .map((link) => link.id),
    );
    const standing = noted.filter(({ decision }) => linked.has(decision.work.link.id));
    const fresh = standing.filter(({ known, act }) => !known && act !== 'delete').map(({ row }) => row);
    if (fresh.length > 0) await tx.saveChildren(fresh);
    return standing;
  });
}

function noticeRow(engine: Engine, link: Link, life: Ended, text: string): ChildRow {
  const at = iso(engine.clock.now());
  return {
    id: engine.ids.next(),
    linkId: link.id,
    kind: 'comment',
    side: life.side,
    sourceId: noticeId(life),
    counterpartId: null,
    channel: 'internal',
    hash: createHash('sha256').update(text).digest('hex'),
    state: 'planned',
    detail: {},
    createdAt: at,
    updatedAt: at,
  };
}
