import type { Command } from 'commander';
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
  const { links, drift } = await withApp(session, ({ app }) => verify(readOnly(app.engine), options));
  for (const one of drift) {
    if (out.json) await out.line(driftLine(one));
    else await out.text(driftText(one));
  }
  out.note(`${counted(links, 'pair')} read: ${drift.length === 0 ? 'no drift' : counted(drift.length, 'difference')}.`);
  if (signal.aborted) return exitCodes.interrupted;
  return drift.length === 0 ? exitCodes.done : exitCodes.found;
}

/** One line of `verify --json`. */
function driftLine(drift: Drift): Readonly<Record<string, unknown>> {
  const { link } = drift;
  const names = {
    kind: drift.kind,
    linkId: link.id,
    pair: link.pair,
    servicenowId: link.ids.servicenow,
    salesforceId: link.ids.salesforce,
    servicenowNumber: link.numbers.servicenow,
    salesforceNumber: link.numbers.salesforce,
  };
  if (drift.kind === 'missing') return { ...names, side: drift.side, how: drift.how };
  return { ...names, field: drift.field, servicenow: drift.values.servicenow, salesforce: drift.values.salesforce };
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
