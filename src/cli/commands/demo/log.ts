import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

/** One update of a real incident, as the audit log has it. */
export interface LogEvent {
  readonly number: string;
  readonly state: string;
  readonly urgency: string;
  readonly impact: string;
  readonly contactType: string;
  readonly by: string;
  /** As anonymised: `Caller 2403`, `Group 70`; empty for none. */
  readonly caller: string;
  readonly group: string;
}

const row = z.object({
  number: z.string(),
  state: z.string(),
  urgency: z.string(),
  impact: z.string(),
  contact_type: z.string(),
  updated_by: z.string(),
  caller: z.string(),
  group: z.string(),
});

/** The whole log, in order of time. */
export function readLog(): readonly LogEvent[] {
  const text = readFileSync(new URL('data/incident-events.csv', import.meta.url), 'utf8');
  return z
    .array(row)
    .parse(parse(text, { columns: true }))
    .map((event) => ({
      number: event.number,
      state: event.state,
      urgency: event.urgency,
      impact: event.impact,
      contactType: event.contact_type,
      caller: event.caller,
      group: event.group,
      by: event.updated_by === '' ? 'unknown' : event.updated_by.toLowerCase().replaceAll(' ', '.'),
    }));
}
