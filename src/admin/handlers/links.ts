import { Readable } from 'node:stream';
import { iso } from '../../core/clock.ts';
import { pairOf } from '../../engine/engine.ts';
import { oneLine } from '../../observability/words.ts';
import { type ByHand, linkByHand } from '../../operate/link-by-hand.ts';
import { keptLink, readLink } from '../../operate/link-view.ts';
import { oneLink, relink, resyncLink, retryLink, unlink } from '../../operate/links.ts';
import type { Ticket } from '../../core/directory.ts';
import type { Link } from '../../core/link.ts';
import { peopleOfHistory, peopleOfLink } from '../../operate/people-of.ts';
import { whoIsWho } from '../../operate/who-is-who.ts';
import { csvLines, jsonLines, pagesFor } from '../export.ts';
import type { Body } from '../routes.ts';
import { historyView, linkDetail, linkRow, titleFields } from '../views/link.ts';
import { linkNowView } from '../views/link-now.ts';
import { pageOf } from '../views/names.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type LinkRoutes =
  | 'links'
  | 'linksCsv'
  | 'linksJson'
  | 'link'
  | 'linkByHand'
  | 'linkNow'
  | 'linkHistory'
  | 'linkResync'
  | 'linkRetry'
  | 'linkUnlink'
  | 'linkRelink';

const historyShown = 50;

/** Pairs of tickets. */
export const linkHandlers: MakeHandlers<LinkRoutes> = (context): HandlersOf<LinkRoutes> => {
  const { engine, ticketUrl, names: people } = context;
  const { store, clock } = engine;
  const titles = titleFields(context.config);
  const titled = [...new Set(titles.values())];
  const reading = new Map<string, ReturnType<typeof readLink>>();
  return {
    links: async ({ query }) => {
      const { search, limit, ...rest } = query;
      const text = search === undefined || search.trim() === '' ? {} : { text: search.trim() };
      return store.transaction(async (tx) => {
        const rows = await tx.searchLinks({ ...given(rest), ...text, titles: titled, limit: limit + 1 });
        const byStatus = query.pair === undefined ? await tx.countLinks() : await tx.countLinksOf(query.pair);
        const page = pageOf(
          rows,
          limit,
          (link) => link.id,
          (link) => linkRow(link, titles),
        );
        return { ...page, byStatus: { ...byStatus } };
      });
    },
    linksCsv: async ({ query, reply }) => {
      const rows = pagesFor(store, { ...given(query), titles: titled }, (link) => linkRow(link, titles));
      void reply
        .header('content-disposition', 'attachment; filename="casebridge-links.csv"')
        .send(Readable.from(csvLines(rows)));
      return undefined;
    },
    linksJson: async ({ query, reply }) => {
      const rows = pagesFor(store, { ...given(query), titles: titled }, (link) => linkRow(link, titles));
      void reply
        .header('content-disposition', 'attachment; filename="casebridge-links.ndjson"')
        .send(Readable.from(jsonLines(rows)));
      return undefined;
    },
    link: async ({ params }) => {
      const kept = await keptLink(store, params.id, historyShown);
      const pair = pairOf(engine, kept.link.pair);
      const { values, writers } = peopleOfLink(kept, pair);
      return linkDetail(kept, { titles, pair, names: await people.read(values, writers), ticketUrl });
    },
    linkNow: async ({ params }) => {
      const link = await oneLink(store, params.id);
      // Whoever asks while an answer is on its way gets the same one: a page left open by many costs one call a side.
      const asked = reading.get(link.id) ?? readLink(engine, link).finally(() => reading.delete(link.id));
      reading.set(link.id, asked);
      const now = await asked;
      const pair = pairOf(engine, link.pair);
      // The page asks for this beside what is kept, whose people are mostly the same.
      await people.idle();
      const who = pair === undefined ? null : await whoIsWho(engine, pair, foundIn(now));
      return linkNowView(link, who, now, iso(clock.now()));
    },
    linkHistory: async ({ params, query }) => {
      const link = await oneLink(store, params.id);
      const { limit, ...rest } = query;
      const rows = await store.transaction((tx) => tx.historyPage(link.id, { ...given(rest), limit: limit + 1 }));
      const pair = pairOf(engine, link.pair);
      const { values, writers } = peopleOfHistory(link.pair, rows);
      const names = await people.read(values, writers);
      return pageOf(
        rows,
        limit,
        (row) => row.id,
        (row) => historyView(row, { pair, name: link.pair, names }),
      );
    },
    linkByHand: async ({ body: { dryRun, ...asked }, operator }) => {
      const { link, differing } = await linkByHand(operator, engine, withoutGaps(asked), dryRun);
      const what = dryRun ? 'would be paired' : 'are paired now';
      const which = differing.length === 0 ? '' : `; they differ in ${differing.join(', ')}`;
      return {
        link: linkRow(link, titles),
        differing: [...differing],
        text: `${nameOf(link)} and ${oneLine(link.numbers.salesforce ?? link.ids.salesforce)} ${what}${which}.`,
      };
    },
    linkResync: async ({ params, operator }) => ({
      text: `${nameOf(await resyncLink(operator, params.id))}: both sides are compared again.`,
    }),
    linkRetry: async ({ params, operator }) => ({
      text: `${nameOf(await retryLink(operator, params.id))}: tried again now.`,
    }),
    linkUnlink: async ({ params, operator }) => linkRow(await unlink(operator, params.id), titles),
    linkRelink: async ({ params, operator }) => linkRow(await relink(operator, params.id), titles),
  };
};

function foundIn({ servicenow, salesforce }: Awaited<ReturnType<typeof readLink>>): Ticket['records'] {
  return {
    ...(servicenow.kind === 'found' ? { servicenow: servicenow.record } : {}),
    ...(salesforce.kind === 'found' ? { salesforce: salesforce.record } : {}),
  };
}

function nameOf({ numbers, ids }: Link): string {
  return oneLine(numbers.servicenow ?? ids.servicenow);
}

function withoutGaps({ servicenow, salesforce, pair }: Omit<Body<'linkByHand'>, 'dryRun'>): ByHand {
  return { servicenow, salesforce, ...given({ pair }) };
}

/** Leaves out what was not given: an absent filter lets everything through. */
export function given<T extends object>(query: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
