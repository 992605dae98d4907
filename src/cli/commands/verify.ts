import type { Command } from 'commander';
import type { Link } from '../../core/link.ts';
import type { Unpaired } from '../../engine/children/verify.ts';
import { type Drift, verify } from '../../engine/verify.ts';
import { counted, fieldLabel, pairName, showValue, sideNames } from '../../observability/words.ts';
import { readOnly } from '../../operate/read-only.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Flags, type Session, withApp } from '../session.ts';
import type { World } from '../world.ts';

interface VerifyFlags extends Flags {
  readonly pair?: string;
}

export function verifyCommand(world: World): Command {
  return command('verify', 'read both sides of every pair and report where they differ; writes nothing', {
    examples: ['verify', 'verify --json', 'verify --pair incident-case && echo in step'],
    exits: [0, 1, 2, 3, 4, 5, 130],
  })
    .option('--pair <name>', 'only this pair of tables')
    .action((flags: VerifyFlags) => act(world, flags, (session) => run(session, flags.pair)));
}

async function run(session: Session, pair: string | undefined): Promise<ExitCode> {
  const { out, world } = session;
  const { signal } = world.interrupt;
  const options = { signal, ...(pair === undefined ? {} : { pair }) };
  const { links, drift, comments } = await withApp(session, ({ app }) => verify(readOnly(app.engine), options));
  for (const one of drift) {
    if (out.json) await out.line(driftLine(one));
    else await out.text(driftText(one));
  }
  for (const one of comments) {
    if (out.json) await out.line(unpairedLine(one));
    else await out.text(unpairedText(one));
  }
  const unpaired = comments.reduce((sum, one) => sum + one.count, 0);
  const found = drift.length === 0 ? 'no drift' : counted(drift.length, 'difference');
  out.note(
    `${counted(links, 'pair')} read: ${found}, ${unpaired === 0 ? 'every comment has its counterpart' : `${counted(unpaired, 'comment')} without a counterpart`}.`,
  );
  if (signal.aborted) return exitCodes.interrupted;
  return drift.length + unpaired === 0 ? exitCodes.done : exitCodes.found;
}

/** The comments of one ticket and side in `verify --json`. */
function unpairedLine({ link, side, count }: Unpaired): Readonly<Record<string, unknown>> {
  return { ...namesOf('comments', link), side, withoutCounterpart: count };
}

function unpairedText({ link, side, count }: Unpaired): string {
  return `${pairName(link)}: ${counted(count, 'comment')} of ${sideNames[side]} without a counterpart`;
}

/** One line of `verify --json`. */
function driftLine(drift: Drift): Readonly<Record<string, unknown>> {
  const names = namesOf(drift.kind, drift.link);
  if (drift.kind === 'missing') return { ...names, side: drift.side, how: drift.how };
  return { ...names, field: drift.field, servicenow: drift.values.servicenow, salesforce: drift.values.salesforce };
}

function namesOf(kind: string, link: Link): Readonly<Record<string, unknown>> {
  return {
    kind,
    linkId: link.id,
    pair: link.pair,
    servicenowId: link.ids.servicenow,
    salesforceId: link.ids.salesforce,
    servicenowNumber: link.numbers.servicenow,
    salesforceNumber: link.numbers.salesforce,
  };
}

function driftText(drift: Drift): string {
  const name = pairName(drift.link);
  if (drift.kind === 'missing') {
    const why = drift.how === 'deleted' ? 'it was deleted' : 'it was deleted, or is hidden from our user';
    return `${name}: ${sideNames[drift.side]} does not show its record: ${why}`;
  }
  const value = (side: 'servicenow' | 'salesforce'): string =>
    `${sideNames[side]} "${showValue(drift.field, side, drift.values[side])}"`;
  return `${name}: ${fieldLabel(drift.field, 'servicenow')} differs: ${value('servicenow')}, ${value('salesforce')}`;
}
