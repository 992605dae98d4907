import type { Command } from 'commander';
import { iso } from '../../core/clock.ts';
import type { Unpaired } from '../../engine/children/verify.ts';
import { type Drift, type Verified, verify } from '../../engine/verify.ts';
import { counted, pairName, showValue, sideNames } from '../../observability/words.ts';
import { namesOf } from '../../operate/names-of.ts';
import { readOnly } from '../../operate/read-only.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Flags, type Session, withApp } from '../session.ts';
import { table } from '../output.ts';
import { driftCells, verifyReport } from '../report/verify-report.ts';
import { writeReport } from '../report/write.ts';
import type { World } from '../world.ts';

interface VerifyFlags extends Flags {
  readonly pair?: string;
  readonly html?: string;
}

export function verifyCommand(world: World): Command {
  return command('verify', 'read both sides of every pair and report where they differ; writes nothing', {
    examples: ['verify', 'verify --json', 'verify --html drift.html', 'verify --pair incident-case && echo in step'],
    exits: [0, 1, 2, 3, 4, 5, 130],
  })
    .option('--pair <name>', 'only this pair of tables')
    .option('--html <file>', 'also as a page that stands alone')
    .action((flags: VerifyFlags) => act(world, flags, (session) => run(session, flags)));
}

async function run(session: Session, { pair, html }: VerifyFlags): Promise<ExitCode> {
  const { out, world } = session;
  const { signal } = world.interrupt;
  const options = { signal, ...(pair === undefined ? {} : { pair }) };
  const found = await withApp(session, ({ app }) => verify(readOnly(app.engine), options));
  const { links, drift, comments, held } = found;
  await print(session, found);
  await writeReport(out, html, () => verifyReport(found, iso(world.now())));
  const unpaired = comments.reduce((sum, one) => sum + one.count, 0);
  const differences = drift.length === 0 ? 'no drift' : counted(drift.length, 'difference');
  out.note(
    `${counted(links, 'pair')} read: ${differences}, ${unpaired === 0 ? 'every comment has its counterpart' : `${counted(unpaired, 'comment')} without a counterpart`}.${held === 0 ? '' : ` ${counted(held, 'field')} left alone on purpose, which may differ: "conflicts list" and "links show" say why.`}`,
  );
  if (signal.aborted) return exitCodes.interrupted;
  return drift.length + unpaired === 0 ? exitCodes.done : exitCodes.found;
}

/** Lines for programs, a table for people. */
async function print({ out }: Session, { drift, comments }: Verified): Promise<void> {
  if (out.json) {
    for (const one of drift) await out.line(driftLine(one));
    for (const one of comments) await out.line(unpairedLine(one));
    return;
  }
  const cells = [
    ...drift.map((one) => [pairName(one.link), ...driftCells(one, showValue)]),
    ...comments.map(({ link, side, count }) => [
      pairName(link),
      `${counted(count, 'comment')} without a counterpart`,
      side === 'servicenow' ? String(count) : '',
      side === 'salesforce' ? String(count) : '',
    ]),
  ];
  if (cells.length > 0) await out.text(table(['Tickets', 'What', sideNames.servicenow, sideNames.salesforce], cells));
}

/** The comments of one ticket and side in `verify --json`. */
function unpairedLine({ link, side, count }: Unpaired): Readonly<Record<string, unknown>> {
  return { kind: 'comments', linkId: link.id, ...namesOf(link), side, withoutCounterpart: count };
}

/** One line of `verify --json`. */
function driftLine(drift: Drift): Readonly<Record<string, unknown>> {
  const names = { kind: drift.kind, linkId: drift.link.id, ...namesOf(drift.link) };
  if (drift.kind === 'missing') return { ...names, side: drift.side, how: drift.how };
  return { ...names, field: drift.field, servicenow: drift.values.servicenow, salesforce: drift.values.salesforce };
}
