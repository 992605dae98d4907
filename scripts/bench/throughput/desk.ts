import { join } from 'node:path';
import { type Side, sides } from '../../../src/core/side.ts';
import { type DeskProcess, startDesk } from '../desk/process.ts';
import type { Answers, Ask } from './messages.ts';

export type Desks = Readonly<Record<Side, DeskProcess<Ask, Answers>>>;

const script = join(import.meta.dirname, 'desk-process.ts');

/** Both desks, each in a process of its own, whose calls take what `parseLatency` says of `latency`. */
export async function startDesks(latency: string): Promise<Desks> {
  const [servicenow, salesforce] = await Promise.all([
    startDesk<Ask, Answers>(script, 'servicenow'),
    startDesk<Ask, Answers>(script, 'salesforce'),
  ]);
  const desks = { servicenow, salesforce };
  await setLatency(desks, latency);
  return desks;
}

export async function setLatency(desks: Desks, latency: string): Promise<void> {
  await Promise.all(sides.map((side) => desks[side].ask({ do: 'latency', is: latency })));
}

export async function stopDesks(desks: Desks): Promise<void> {
  await Promise.all(sides.map((side) => desks[side].stop()));
}
