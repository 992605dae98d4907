import { join } from 'node:path';
import { bothSides, type Side } from '../../../src/core/side.ts';
import { type DeskProcess, startDesk } from '../desk/process.ts';
import type { Answers, Ask } from './messages.ts';

export type Desks = Readonly<Record<Side, DeskProcess<Ask, Answers>>>;

/** Both desks, each in a process of its own; every answer takes `latencyMs` more, and each write of ServiceNow `writeMs`. */
export async function startDesks(latencyMs: number, writeMs = 0): Promise<Desks> {
  const script = join(import.meta.dirname, 'desk-process.ts');
  const starting = bothSides((side) => startDesk<Ask, Answers>(script, side, [String(latencyMs), String(writeMs)]));
  const [servicenow, salesforce] = await Promise.all([starting.servicenow, starting.salesforce]);
  return { servicenow, salesforce };
}
