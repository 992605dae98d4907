import { z } from 'zod';

/** What an administrator of the instance has switched on beside the rules that every instance has. */
export interface Automation {
  /** Whose comment takes an incident out of "On Hold, Awaiting Caller" (c_IncidentManagementStateModel: the caller's). */
  awaitingCaller: 'caller' | 'anyone' | 'nobody';
  /**
   * Changes that a state model drops in silence when they come by the API, as `table.field from>to`; `*` stands for any value:
   * `incident.state 1>6`, `incident.urgency *>1`. The answer is 200, and the old value stays.
   */
  ignored: readonly string[];
  /** Values that a business rule puts in place of others on every save, as `table.field from>to`: `incident.urgency 1>2`. */
  replaced: readonly string[];
}

export function standardAutomation(): Automation {
  return { awaitingCaller: 'caller', ignored: [], replaced: [] };
}

const change = z.string().regex(/^\w+\.\w+ [^>]+>[^>]+$/, 'must be `table.field from>to`');

/** The switch as tests without the process set it. */
export const automationShape = z.object({
  awaitingCaller: z.enum(['caller', 'anyone', 'nobody']).exactOptional(),
  ignored: z.array(change).exactOptional(),
  replaced: z.array(change).exactOptional(),
});

interface Listed {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** The entries of a list that are about a table. */
export function changesOf(list: readonly string[], table: string): readonly Listed[] {
  return list.flatMap((entry): readonly Listed[] => {
    const match = /^(\w+)\.(\w+) ([^>]+)>([^>]+)$/.exec(entry);
    const [, of, field, from, to] = match ?? [];
    return of === table && field !== undefined && from !== undefined && to !== undefined ? [{ field, from, to }] : [];
  });
}

/** True where a value is the one listed, or any will do. */
export function isListed(listed: string, value: string): boolean {
  return listed === '*' || listed === value;
}
