import { Command } from 'commander';
import { type LintProblem, sentence } from '../../mapping/lint.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { allSettings, type Flags, mappingOf, type Session, withApp } from '../session.ts';
import type { World } from '../world.ts';

interface CheckFlags extends Flags {
  readonly offline?: boolean;
}

export function configCommand(world: World): Command {
  const check = command('check', 'check settings and mapping file, also against both systems', {
    examples: ['config check', 'config check --offline', 'config check --json'],
    exits: [0, 3, 4, 5],
  })
    .option('--offline', 'ask neither system')
    .action((flags: CheckFlags) => act(world, flags, (session) => checkConfig(session, flags.offline === true)));
  return new Command('config').summary('settings and mapping').description('Settings and mapping').addCommand(check);
}

async function checkConfig(session: Session, offline: boolean): Promise<ExitCode> {
  const settings = allSettings(session);
  const mapping = await mappingOf(session, settings);
  session.out.note(
    `Settings and mapping file are in order (${mapping.pairs.length} pair${mapping.pairs.length === 1 ? '' : 's'}).`,
  );
  if (offline) return report(session, []);
  return report(session, await withApp(session, ({ app }) => Promise.resolve(app.mappingProblems)));
}

async function report({ out }: Session, problems: readonly LintProblem[]): Promise<ExitCode> {
  const told = problems.map((problem) => ({ ...problem, what: sentence(problem) }));
  if (out.json) await out.line({ ok: told.length === 0, problems: told });
  for (const { pair, where, what } of told) await out.text(`${pair} ${where}: ${what}`);
  if (told.length === 0) await out.text('No problems found.');
  return told.length === 0 ? exitCodes.done : exitCodes.settings;
}
