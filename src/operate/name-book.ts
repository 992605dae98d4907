import { ConnectorError } from '../connectors/errors.ts';
import type { Ref, RefSpec } from '../core/directory.ts';
import { idKey } from '../core/directory.ts';
import type { FieldValue, SourceRecord } from '../core/record.ts';
import { bothSides, type Side, sides } from '../core/side.ts';
import { type Engine, pairOf } from '../engine/engine.ts';
import { Answers, type LookUp, lookUpAll } from '../engine/people/look-ups.ts';

/** A value of a mapped field as one side holds it, by the name of its rule. */
export interface HeldValue {
  readonly pair: string;
  readonly field: string;
  readonly side: Side;
  readonly value: FieldValue;
}

/** Whoever changed something in a desk, as that desk names them. */
export interface Writer {
  readonly side: Side;
  readonly name: string | null;
}

/** What people are called, as far as it is known. */
export interface Names {
  /** Null for what names nobody, or nobody known. */
  ofValue(held: HeldValue): string | null;
  ofWriter(writer: Writer): string | null;
}

export interface NameBook {
  /** The people of one page: most are remembered; the rest costs one look-up a side, and nothing where nobody is named. */
  read(values: readonly HeldValue[], writers: readonly Writer[]): Promise<Names>;
  /** Resolves when nothing is being looked up, so that whoever asks then finds it remembered. */
  idle(): Promise<void>;
}

export const nobodyNamed: Names = { ofValue: () => null, ofWriter: () => null };

/** A page waits for names no longer than this; what comes later is there for the next one. */
const patienceMs = 1500;
/** How long a directory that does not answer, or shows us nobody, is left alone: pages are read again with every event. */
const restMs = 60_000;

/** Salesforce names writers by their ids; ServiceNow by user names, which people can read. */
const writerId = /^005[0-9A-Za-z]{12}(?:[0-9A-Z]{3})?$/;
const writers: RefSpec = (() => {
  const register = (object: string, id: string) => ({ object, id, prefix: '', only: [], active: null });
  const both = { servicenow: register('sys_user', 'sys_id'), salesforce: register('User', 'Id') };
  return {
    pair: '',
    field: '',
    kind: 'person',
    byId: both,
    byKey: both,
    keys: [],
    label: { servicenow: 'name', salesforce: 'Name' },
    table: [],
    also: { servicenow: [], salesforce: [] },
    brings: { servicenow: [], salesforce: [] },
  };
})();

/** Names for pages. A desk that does not answer never fails a page: ids stay ids. `waitMs`: how long a page waits. */
export function createNameBook(engine: Engine, waitMs = patienceMs): NameBook {
  const restsUntil = new Map<string, number>();
  const turn: Record<Side, Promise<void>> = bothSides(() => Promise.resolve());
  const placeOf = ({ side, register }: LookUp): string => `${side} ${register.object}`;
  const rest = (asks: readonly LookUp[]): void => {
    for (const ask of asks) restsUntil.set(placeOf(ask), engine.clock.now() + restMs);
  };

  async function look(asks: readonly LookUp[], answers: Answers): Promise<void> {
    const awake = asks.filter((ask) => (restsUntil.get(placeOf(ask)) ?? 0) <= engine.clock.now());
    try {
      await lookUpAll(engine, awake, answers);
      rest(awake.filter((ask) => answers.get(ask) === null));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      rest(awake);
    }
  }

  /** One after the other: a page asks for several things at once, and those that come second find everything remembered. */
  async function inTurn(side: Side, asks: readonly LookUp[], answers: Answers): Promise<void> {
    if (asks.length === 0) return;
    const mine = turn[side].then(() => look(asks, answers));
    turn[side] = mine.catch(() => undefined);
    if (await tooLong(mine, waitMs)) rest(asks);
  }

  return {
    read: async (values, wrote) => {
      const asks = [...values.flatMap((held) => refsIn(engine, held)), ...wrote.flatMap(refOfWriter)].map(atHome);
      if (asks.length === 0) return nobodyNamed;
      const answers = new Answers();
      await Promise.all(
        sides.map((side) =>
          inTurn(
            side,
            asks.filter((ask) => ask.side === side),
            answers,
          ),
        ),
      );
      return {
        ofValue: (held) => joined(refsIn(engine, held), answers),
        ofWriter: (writer) => joined(refOfWriter(writer), answers),
      };
    },
    idle: async () => void (await Promise.all(sides.map((side) => turn[side]))),
  };
}

function atHome({ spec, side, id }: Ref): LookUp {
  const register = spec.byId[side];
  return { spec, side, register, field: register.id, value: id };
}

function refOfWriter({ side, name }: Writer): readonly Ref[] {
  return side === 'salesforce' && name !== null && writerId.test(name) ? [{ spec: writers, side, id: name }] : [];
}

/** Whom one value names: found by the pair's own rules, in a record that holds nothing else. */
function refsIn(engine: Engine, { pair: name, field, side, value }: HeldValue): readonly Ref[] {
  const pair = pairOf(engine, name);
  const rule = pair?.fields.find((one) => one.name === field);
  if (pair?.refs === undefined || rule === undefined || value === null) return [];
  const record: SourceRecord = {
    side,
    object: pair.objects[side],
    id: '',
    number: null,
    version: { stamp: '', count: null },
    createdAt: '',
    updatedBy: null,
    partnerId: null,
    stampTaken: false,
    fields: { [rule.fields[side]]: value },
  };
  const refs = pair.refs({ [side]: record }).filter(({ spec }) => spec.field === field);
  return [...new Map(refs.map((ref) => [idKey(side, ref.id), ref])).values()];
}

/** A person and their team are one value of ServiceNow: both by name, or by id where only the other is known. */
function joined(refs: readonly Ref[], answers: Answers): string | null {
  const names = refs.map((ref) => {
    const name = answers.get(atHome(ref))?.[0]?.fields[ref.spec.label[ref.side]];
    return typeof name === 'string' && name.trim() !== '' ? name.trim() : null;
  });
  if (names.every((name) => name === null)) return null;
  return names.map((name, at) => name ?? refs[at]?.id ?? '').join(', ');
}

async function tooLong(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
    timer.unref();
  });
  try {
    return await Promise.race([work.then((): false => false), late]);
  } finally {
    clearTimeout(timer);
  }
}
