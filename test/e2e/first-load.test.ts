import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { anIncident, inStep, startDesks, stopDesks } from './support/desks.ts';
import { endAllDaemons, newFolder, settingsFor, startDaemon } from './support/program.ts';

const tickets = 700;
const killedAt = [1, 50, 100, 150, 200];
/** The burst of a first load reaches some 400 (docs/performance.md, "Memory"); what this holds is that it does not grow with it. */
const mostMegabytes = 600;

/** The most memory that a process has held, in megabytes; null where the system does not tell. */
function mostHeld(pid: number): number | null {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

describe('a first load', { timeout: 240_000 }, () => {
  afterAll(endAllDaemons);

  it('that is killed five times goes on where it was and makes nothing twice', async () => {
    const [folder, desks, database] = await Promise.all([newFolder(), startDesks(), newDatabase()]);
    for (let n = 0; n < tickets; n += 1)
      anIncident(desks, `Ticket ${n} of a long year`, { description: 'x'.repeat(2000) });
    const env = settingsFor(desks, { DATABASE_URL: database.url, CASEBRIDGE_CONFIG: await folder.mapping('good') });
    const cases = (): number => desks.salesforce.desk.rows('Case').length;
    const held: number[] = [];
    const made: number[] = [];
    for (const count of killedAt) {
      const daemon = await startDaemon(env, { program: 'quick', args: ['--yes'] });
      await eventually(() => cases() >= count, 60_000);
      held.push(mostHeld(daemon.pid) ?? 0);
      expect(await daemon.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
      made.push(cases());
    }
    // Quick machines may have ended it by the last of them.
    expect(made[0]).toBeLessThan(tickets);
    const last = await startDaemon(env, { program: 'quick', args: ['--yes'] });
    expect(await inStep(desks, 120_000)).toMatchObject({
      incidents: tickets,
      cases: tickets,
      duplicates: 0,
      alone: 0,
    });
    held.push(mostHeld(last.pid) ?? 0);
    expect(Math.max(...held)).toBeLessThan(mostMegabytes);
    expect((await last.end('SIGTERM')).code).toBe(0);
    await stopDesks(desks);
    await database.drop();
    await folder.remove();
  });
});
