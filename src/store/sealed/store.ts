import type { Side } from '../../core/side.ts';
import type { SettledValue } from '../../core/plan.ts';
import type { ConflictRow, Store, Tx } from '../store.ts';
import {
  conflictThrough,
  decisions,
  decisionThrough,
  historyThrough,
  linkThrough,
  pendingThrough,
  type Through,
} from './rows.ts';
import type { ValueSeal } from './values.ts';

/** Fields whose values are kept sealed. A name that one pair marks counts for all: not every row names its pair. */
export interface SensitiveFields {
  /** Names of rules, as conflicts and history have them. */
  readonly rules: ReadonlySet<string>;
  /** Each side's own fields, as bases and pending writes have them. */
  readonly native: Readonly<Record<Side, ReadonlySet<string>>>;
}

export const nothingSensitive: SensitiveFields = {
  rules: new Set(),
  native: { servicenow: new Set(), salesforce: new Set() },
};

/** One decision may be about conflicts of many links and fields: it is bound to being one. */
const ofDecision = 'casebridge value of a decision';

/**
 * A store that seals the values of sensitive fields on their way in, bound to link and field, and opens on their way out whatever was
 * sealed, also of fields that are sensitive no more. Nobody who works with it sees a difference.
 */
export function withSealedValues(store: Store, seal: ValueSeal, sensitive: SensitiveFields): Store {
  const place = {
    rule: (linkId: string, field: string) =>
      linkId === decisions ? ofDecision : `casebridge value ${linkId} ${field}`,
    native: (linkId: string, side: Side, field: string) => `casebridge value ${linkId} ${side} ${field}`,
  };
  const inwards: Through = {
    rule: (value, linkId, field) =>
      seal[sensitive.rules.has(field) ? 'close' : 'plain'](value, place.rule(linkId, field)),
    native: (value, linkId, side, field) =>
      seal[sensitive.native[side].has(field) ? 'close' : 'plain'](value, place.native(linkId, side, field)),
  };
  const outwards: Through = {
    rule: (value, linkId, field) => seal.open(value, place.rule(linkId, field)),
    native: (value, linkId, side, field) => seal.open(value, place.native(linkId, side, field)),
  };
  return { ...store, transaction: (work) => store.transaction((tx) => work(sealing(tx, seal, inwards, outwards))) };
}

function sealing(tx: Tx, seal: ValueSeal, inwards: Through, outwards: Through): Tx {
  const opened =
    <Args extends readonly unknown[], Row>(
      read: (...args: Args) => Promise<readonly Row[]>,
      open: (row: Row, through: Through) => Row,
    ) =>
    async (...args: Args): Promise<readonly Row[]> =>
      (await read(...args)).map((row) => open(row, outwards));
  const sealed =
    <Row, R>(write: (rows: readonly Row[]) => Promise<R>, close: (row: Row, through: Through) => Row) =>
    (rows: readonly Row[]): Promise<R> =>
      write(rows.map((row) => close(row, inwards)));

  /** Whoever decides may know no mapping: a conflict whose values are sealed gets its decision sealed. */
  async function decided(ids: readonly string[], decision: SettledValue): Promise<SettledValue> {
    if (decision.kind === 'take') return decision;
    const hidden = (await tx.conflictsById(ids)).some((row) => holdsSealed(row, seal));
    return hidden ? decisionThrough(decision, (value) => seal.close(value, ofDecision)) : decision;
  }

  return {
    ...tx,
    linksById: opened((...args) => tx.linksById(...args), linkThrough),
    linksBySource: opened((...args) => tx.linksBySource(...args), linkThrough),
    linksAnywhere: opened((...args) => tx.linksAnywhere(...args), linkThrough),
    findLinks: opened((...args) => tx.findLinks(...args), linkThrough),
    searchLinks: opened((...args) => tx.searchLinks(...args), linkThrough),
    insertLinks: sealed((rows) => tx.insertLinks(rows), linkThrough),
    updateLinks: sealed((rows) => tx.updateLinks(rows), linkThrough),
    reattachLinks: sealed((rows) => tx.reattachLinks(rows), linkThrough),
    pendingOf: opened((...args) => tx.pendingOf(...args), pendingThrough),
    savePending: sealed((rows) => tx.savePending(rows), pendingThrough),
    noteConflicts: sealed((rows) => tx.noteConflicts(rows), conflictThrough),
    conflictsOf: opened((...args) => tx.conflictsOf(...args), conflictThrough),
    listConflicts: opened((...args) => tx.listConflicts(...args), conflictThrough),
    conflictPage: opened((...args) => tx.conflictPage(...args), conflictThrough),
    conflictsById: opened((...args) => tx.conflictsById(...args), conflictThrough),
    conflictById: async (id) => {
      const row = await tx.conflictById(id);
      return row === null ? null : conflictThrough(row, outwards);
    },
    decideConflict: async (id, decision) => tx.decideConflict(id, await decided([id], decision)),
    decideOpen: async (ids, decision, by) => tx.decideOpen(ids, await decided(ids, decision), by),
    addHistory: sealed((rows) => tx.addHistory(rows), historyThrough),
    historyOf: opened((...args) => tx.historyOf(...args), historyThrough),
    historyPage: opened((...args) => tx.historyPage(...args), historyThrough),
    runHistory: opened((...args) => tx.runHistory(...args), historyThrough),
  };
}

function holdsSealed({ base, values }: ConflictRow, seal: ValueSeal): boolean {
  return [base, values].some(({ servicenow, salesforce }) => seal.isSealed(servicenow) || seal.isSealed(salesforce));
}
