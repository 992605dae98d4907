import type { Fields, FieldValue } from '../../core/record.ts';
import type { FieldRule, PairRules } from '../../core/rules.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import { type Engine, pairOf } from '../../engine/engine.ts';
import type { NameOf } from '../../observability/describe-change.ts';
import { sideNames } from '../../observability/words.ts';
import { type KeptLink, readLink } from '../../operate/link-view.ts';
import { createNameBook, type HeldValue, type Writer } from '../../operate/name-book.ts';
import { namesIn, peopleOfLink } from '../../operate/people-of.ts';
import { reportError } from '../report-error.ts';
import { type Session, withApp } from '../session.ts';

/** What the desks say now. */
export interface Now {
  /** What each side holds; null where it could not be read. */
  readonly fields: Readonly<Record<Side, Fields | null>>;
  /** What the person is called whom a field names, by the side's own name of the field; null for nobody, or nobody known. */
  readonly nameIn: (side: Side, field: string, value: FieldValue) => string | null;
  readonly nameOf: NameOf;
  readonly nameOfWriter: (writer: Writer) => string | null;
}

/** Where nobody could be asked, people are shown by their ids. */
const unasked: Now = {
  fields: { servicenow: null, salesforce: null },
  nameIn: () => null,
  nameOf: () => null,
  nameOfWriter: () => null,
};

/** What is kept is worth showing even where a side, or its settings, are out of order. */
export async function readNow(session: Session, kept: KeptLink): Promise<Now> {
  const { out } = session;
  try {
    return await withApp(session, ({ app }) => askDesks(session, app.engine, kept));
  } catch (error) {
    out.note(`Neither side could be asked. ${reportError(error).text}`);
    return unasked;
  }
}

async function askDesks({ out }: Session, engine: Engine, kept: KeptLink): Promise<Now> {
  const { link } = kept;
  const pair = pairOf(engine, link.pair);
  if (pair === undefined) {
    out.note(`The mapping file has no pair "${link.pair}" any more, so neither side was asked.`);
    return unasked;
  }
  const read = await readLink(engine, link);
  const fields = bothSides((side): Fields | null => {
    const answer = read[side];
    if (answer.kind === 'found') return answer.record.fields;
    if (answer.kind === 'error') out.note(reportError(answer.error).text);
    else out.note(`${sideNames[side]} does not show its record${answer.kind === 'deleted' ? ': it was deleted' : ''}.`);
    return null;
  });
  if (out.json) return { ...unasked, fields };
  const { values, writers } = peopleOfLink(kept, pair);
  const held = sides.flatMap((side) =>
    pair.fields.map((rule) => heldIn(pair, rule, side, fields[side]?.[rule.fields[side]])),
  );
  const answers = ({ side: of }: { readonly side: Side }): boolean => read[of].kind !== 'error';
  const names = await createNameBook(engine).read([...values, ...held].filter(answers), writers.filter(answers));
  return {
    fields,
    nameIn: (side, field, value) => {
      const rule = pair.fields.find((one) => one.fields[side] === field);
      return rule === undefined ? null : names.ofValue(heldIn(pair, rule, side, value));
    },
    nameOf: namesIn(link.pair, names),
    nameOfWriter: (writer) => names.ofWriter(writer),
  };
}

function heldIn(pair: PairRules, rule: FieldRule, side: Side, value: FieldValue | undefined): HeldValue {
  return { pair: pair.name, field: rule.name, side, value: value ?? null };
}
