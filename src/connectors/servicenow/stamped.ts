import type { SourceRecord } from '../../core/record.ts';
import type { Probe } from '../ticket-system.ts';
import { chunksThatFit } from './chunks.ts';
import { type Context, recordsOf } from './context.ts';
import { listAny, orThrow } from './list-many.ts';
import { anyOf, term } from './query.ts';
import { fieldList, normalId, type Row, textOf } from './records.ts';
import { listPath, type ListRequest } from './table.ts';
import { normaliseId } from '../salesforce/ids.ts';

/** What one answer said about some probes. */
export interface Sighting {
  readonly probe: Probe;
  /** Verified: each carries the stamp asked for, or is the drawn record itself. */
  readonly records: readonly SourceRecord[];
  /** True if the answer can be believed about what it does not hold: the control row came with it and nothing was cut off. */
  readonly conclusive: boolean;
}

/** Room for a stamp that several records carry, which is a fault, and so rare. */
const spareRows = 50;

/** Looks for records by stamp or drawn id, with a control row in the same query. */
export async function findStamped(
  context: Context,
  ask: { object: string; fields: readonly string[]; probes: readonly Probe[]; control: string | null },
): Promise<readonly Sighting[]> {
  const control = normalId(ask.control ?? '');
  const requestFor = (probes: readonly Probe[]): ListRequest => ({
    table: ask.object,
    query: queryFor(probes, control),
    fields: fieldList(ask.fields),
    limit: 2 * probes.length + 1 + spareRows,
  });
  const answerable = ask.probes.filter((probe) => termsFor([probe]).length > 0);
  const chunks = chunksThatFit(answerable, (probes) => listPath(requestFor(probes)), context.rest.longestPath);
  const answers = await listAny(context, chunks.map(requestFor));
  const sightings = chunks.map((probes, at): readonly Sighting[] => {
    const answer = answers[at];
    const rows = answer === undefined ? [] : orThrow(answer).rows;
    const records = recordsOf(context, ask.object, rows, ask.fields);
    const conclusive =
      control !== null &&
      rows.length < requestFor(probes).limit &&
      rows.length === records.length &&
      records.some((row) => row.id === control);
    const related = rows.every((row) => isRelated(row, probes, control));
    return probes.map((probe) => ({
      probe,
      records: records.filter((record) => names(record, probe)),
      conclusive: conclusive && related,
    }));
  });
  const byProbe = new Map(sightings.flat().map((sighting) => [sighting.probe, sighting]));
  return ask.probes.map((probe) => byProbe.get(probe) ?? { probe, records: [], conclusive: false });
}

function queryFor(probes: readonly Probe[], control: string | null): string {
  return anyOf(...termsFor(probes), ...(control === null ? [] : [term('sys_id', '=', control)]));
}

function termsFor(probes: readonly Probe[]): readonly ReturnType<typeof term>[] {
  const stamps = probes.map((probe) => normaliseId(probe.partnerId)).filter((id) => id !== null);
  const drawn = probes.map((probe) => normalId(probe.drawnId ?? '')).filter((id) => id !== null);
  return [
    ...(stamps.length === 0 ? [] : [term('correlation_id', 'IN', stamps)]),
    ...(drawn.length === 0 ? [] : [term('sys_id', 'IN', drawn)]),
  ];
}

function names(record: SourceRecord, probe: Probe): boolean {
  return record.partnerId === normaliseId(probe.partnerId) || record.id === normalId(probe.drawnId ?? '');
}

/** False for a row that no part of the query asked for: then a term was dropped and the answer proves nothing. */
function isRelated(row: Row, probes: readonly Probe[], control: string | null): boolean {
  const id = normalId(textOf(row, 'sys_id') ?? '');
  const correlation = (textOf(row, 'correlation_id') ?? '').toLowerCase();
  return (
    (id !== null && (id === control || probes.some((probe) => normalId(probe.drawnId ?? '') === id))) ||
    probes.some((probe) => (normaliseId(probe.partnerId) ?? '').toLowerCase() === correlation && correlation !== '')
  );
}
