import { ConnectorError } from './connectors/errors.ts';
import type { ObjectDescription, TicketSystem } from './connectors/ticket-system.ts';
import type { Side } from './core/side.ts';
import type { PairConfig } from './mapping/define-config.ts';
import type { LintProblem } from './mapping/lint.ts';
import { type DirectoryField, directoryFields, lintDirectories } from './mapping/lint-people.ts';

/**
 * Holds the fields of people and teams that a mapping file names against both desks. Asks for nothing where it names none. Rejects
 * with ConnectorError where a side does not answer; an object that it does not describe to this account is not judged.
 */
export async function checkDirectories(
  pairs: readonly PairConfig[],
  systems: Readonly<Record<Side, Pick<TicketSystem, 'describe'>>>,
): Promise<readonly LintProblem[]> {
  const fields = pairs.flatMap(directoryFields);
  const described = new Map<string, ObjectDescription | null>();
  for (const ask of fields) {
    const key = keyOf(ask);
    if (!described.has(key)) described.set(key, await describe(systems, ask));
  }
  return lintDirectories(fields, (side, object) => described.get(keyOf({ side, object })) ?? null);
}

function keyOf({ side, object }: Pick<DirectoryField, 'side' | 'object'>): string {
  return `${side} ${object}`;
}

async function describe(
  systems: Readonly<Record<Side, Pick<TicketSystem, 'describe'>>>,
  { side, object }: DirectoryField,
): Promise<ObjectDescription | null> {
  try {
    return await systems[side].describe(object);
  } catch (error) {
    if (error instanceof ConnectorError && (error.kind === 'Rejected' || error.kind === 'NotFound')) return null;
    throw error;
  }
}
