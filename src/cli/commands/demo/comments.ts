import { readFileSync } from 'node:fs';
import type { Desk, Sandbox } from '../../../sandbox/sandbox.ts';

type Side = 'servicenow' | 'salesforce';
type Channel = 'public' | 'internal';

/** One thing that a person of the demo has said. */
interface Said {
  readonly side: Side;
  readonly id: string;
  readonly channel: Channel;
  readonly text: string;
}

/** The people of both desks comment on tickets, in the words of real support e-mails. */
export interface CommentPlay {
  /** On an incident that somebody has just worked on. */
  incident(id: string, by: string): void;
  /** On a Case that somebody works on. */
  workedOn(id: string): void;
  readonly said: readonly Said[];
}

/** Real texts, each a line; some longer than a CaseComment may be. */
function readTexts(): readonly string[] {
  return readFileSync(new URL('data/comments.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
}

/** Bytes of a CaseComment; the texts are plain ASCII. */
const mostOnCase = 4000;

/** Every other update of an incident brings a comment or a work note, every Case that is worked on a comment of either kind. */
export function playComments(desks: { readonly servicenow: Desk; readonly salesforce: Desk }): CommentPlay {
  const texts = readTexts();
  const said: Said[] = [];
  let updates = 0;
  const say = (side: Side, id: string, by: string): void => {
    // Numbered, so that the closing check can tell every one from every other.
    const whole = `no. ${said.length + 1}: ${texts[said.length % texts.length] ?? ''}`;
    // The page of a Case takes no more than a comment may hold.
    const text = side === 'salesforce' ? whole.slice(0, mostOnCase) : whole;
    const channel = said.length % 3 === 0 ? 'internal' : 'public';
    desks[side].comment(side === 'servicenow' ? 'incident' : 'Case', id, text, channel, by);
    said.push({ side, id, channel, text });
  };
  return {
    said,
    incident: (id, by) => {
      updates += 1;
      if (updates % 2 === 0) say('servicenow', id, by);
    },
    workedOn: (id) => say('salesforce', id, 'dana.support'),
  };
}

export interface CommentTruth {
  readonly said: number;
  /** That do not stand across exactly once. */
  readonly unmatched: number;
  /** Internal ones of which a word stands where customers read. */
  readonly leaked: number;
}

/** Looks for everything that people said on the other desk, asked of the desks themselves. */
export function commentTruth(
  desks: { readonly servicenow: Sandbox; readonly salesforce: Sandbox },
  said: readonly Said[],
  pairs: Iterable<readonly [incident: string, twin: string]>,
): CommentTruth {
  const twins = new Map<string, string>();
  for (const [incident, twin] of pairs) twins.set(incident, twin).set(twin, incident);
  const entries = { servicenow: journal(desks.servicenow), salesforce: caseComments(desks.salesforce) };
  let unmatched = 0;
  let leaked = 0;
  for (const one of said) {
    const across = entries[one.side === 'servicenow' ? 'salesforce' : 'servicenow'];
    const number = one.text.slice(0, one.text.indexOf(':') + 2);
    // A long text comes in parts, the first of which has its beginning; a work note of ours tells no text.
    const found = (across.get(twins.get(one.id) ?? '') ?? []).filter((entry) => entry.text.includes(`\n${number}`));
    if (found.length !== 1) unmatched += 1;
    if (one.channel === 'internal' && found.some((entry) => entry.channel === 'public')) leaked += 1;
  }
  return { said: said.length, unmatched, leaked };
}

interface Entry {
  readonly channel: Channel;
  readonly text: string;
}

function journal({ desk }: Sandbox): ReadonlyMap<string, readonly Entry[]> {
  return Map.groupBy(
    desk.rows('sys_journal_field').map(({ fields }) => ({
      ticket: String(fields['element_id']),
      channel: fields['element'] === 'comments' ? ('public' as const) : ('internal' as const),
      text: String(fields['value']),
    })),
    ({ ticket }) => ticket,
  );
}

function caseComments({ desk }: Sandbox): ReadonlyMap<string, readonly Entry[]> {
  return Map.groupBy(
    desk.rows('CaseComment').map(({ fields }) => ({
      ticket: String(fields['ParentId']),
      channel: fields['IsPublished'] === true ? ('public' as const) : ('internal' as const),
      text: String(fields['CommentBody']),
    })),
    ({ ticket }) => ticket,
  );
}
