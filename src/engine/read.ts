import type { Children, ChildrenAsk } from '../connectors/children.ts';
import type { ReadResult } from '../connectors/ticket-system.ts';
import type { SourceRecord } from '../core/record.ts';
import { fieldsOf, type PairRules } from '../core/rules.ts';
import { bothSides, type Side, sides } from '../core/side.ts';
import type { Engine } from './engine.ts';
import { groupBy } from './work.ts';

export interface ReadAsk {
  readonly pair: PairRules;
  readonly id: string;
  /** With what hangs on it, as far as the pair carries that. */
  readonly children?: boolean;
}

/** Answers by object and id. */
export class ReadAnswers {
  readonly #byKey = new Map<string, ReadResult>();

  add(object: string, id: string, result: ReadResult): void {
    this.#byKey.set(`${object} ${id}`, result);
  }

  /** `absent` for what was never asked, too. */
  get(object: string, id: string): ReadResult {
    return this.#byKey.get(`${object} ${id}`) ?? { kind: 'absent', id };
  }

  record(object: string, id: string): SourceRecord | null {
    const result = this.get(object, id);
    return result.kind === 'found' ? result.record : null;
  }

  /** Null where none were asked for, or the desk has none. */
  children(object: string, id: string): Children | null {
    const result = this.get(object, id);
    return result.kind === 'found' ? (result.children ?? null) : null;
  }
}

/** Reads records of both sides at once, one call a side and object, each id once. Rejects with ConnectorError. */
export async function readBoth(
  engine: Engine,
  asks: Readonly<Record<Side, readonly ReadAsk[]>>,
): Promise<Record<Side, ReadAnswers>> {
  const answers = bothSides(() => new ReadAnswers());
  await Promise.all(sides.map((side) => readSide(engine, side, asks[side], answers[side])));
  return answers;
}

async function readSide(engine: Engine, side: Side, asks: readonly ReadAsk[], answers: ReadAnswers): Promise<void> {
  for (const [object, group] of groupBy(asks, (ask) => ask.pair.objects[side])) {
    const ids = [...new Set(group.map((ask) => ask.id))];
    const fields = [...new Set(group.flatMap((ask) => fieldsOf(ask.pair, side)))];
    const results = await engine.systems[side].read(object, ids, fields, askOf(group));
    ids.forEach((id, index) => {
      const result = results[index];
      if (result !== undefined) answers.add(object, id, result);
    });
  }
}

/** One call for all: what one ticket of the group needs is asked for each. */
function askOf(group: readonly ReadAsk[]): ChildrenAsk | undefined {
  const pairs = group.filter((ask) => ask.children === true).map((ask) => ask.pair);
  const comments = pairs.flatMap((pair) => pair.comments ?? []);
  const files = pairs.some((pair) => pair.files !== undefined);
  if (comments.length === 0 && !files) return undefined;
  return {
    comments: comments.length > 0,
    files,
    feed: comments.some((rules) => rules.feed),
    emails: comments.some((rules) => rules.emails),
  };
}
