import { Command } from 'commander';
import { pausePair, resumePair } from '../../operate/pairs.ts';
import { describePause } from '../../observability/describe-standing.ts';
import type { PairPause } from '../../store/store.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { operatorOf } from '../operator.ts';
import { shortTime, table } from '../output.ts';
import { type Flags, mappingOf, type Session, storeSettings, withStore } from '../session.ts';
import type { World } from '../world.ts';

interface PauseFlags extends Flags {
  readonly note?: string;
}

interface ResumeFlags extends Flags {
  readonly yes?: boolean;
  readonly acceptInstance?: boolean;
}

export function pairsCommand(world: World): Command {
  const list = command('list', 'list the pairs of the mapping file, and which of them stand still', {
    examples: ['pairs list', 'pairs list --json'],
    exits: [0, 1, 3, 4],
  }).action((flags: Flags) => act(world, flags, listPairs));

  const pause = command('pause', 'let a pair stand still: nothing is polled for it until it is resumed', {
    examples: ['pairs pause incident-case --note "migration until Monday"'],
    exits: [0, 2, 3, 4],
  })
    .argument('<pair>', 'its name in the mapping file')
    .option('--note <text>', 'why, for the others')
    .action((name: string, flags: PauseFlags) => act(world, flags, (session) => stop(session, name, flags.note ?? '')));

  const resume = command('resume', 'set a pair going again that stands still', {
    examples: ['pairs resume incident-case', 'pairs resume incident-case --yes'],
    exits: [0, 2, 3, 4],
  })
    .argument('<pair>', 'its name in the mapping file')
    .option('--yes', 'the deletions that stopped it are right: carry out what follows from them')
    .option('--accept-instance', 'the instance that answers now has the same tickets: go on with it')
    .action((name: string, flags: ResumeFlags) => act(world, flags, (session) => setGoing(session, name, flags)));

  const group = new Command('pairs')
    .summary('pairs of tables, and which stand still')
    .description('Pairs of tables and objects, and which of them stand still');
  for (const sub of [list, pause, resume]) group.addCommand(sub);
  return group;
}

async function namesOf(session: Session): Promise<readonly string[]> {
  return (await mappingOf(session, storeSettings(session))).pairs.map((pair) => pair.name);
}

async function listPairs(session: Session): Promise<ExitCode> {
  const { out } = session;
  const names = await namesOf(session);
  const pauses = await withStore(session, (store) => store.transaction((tx) => tx.pauses()));
  const all = [...new Set([...names, ...pauses.map(({ pair }) => pair)])];
  const pauseOf = (name: string): PairPause | undefined => pauses.find(({ pair }) => pair === name);
  if (out.json) for (const pair of all) await out.line(lineOf(pair, pauseOf(pair)));
  else {
    const rows = all.map((name) => [name, pauseOf(name) === undefined ? 'goes' : 'stands still', since(pauseOf(name))]);
    await out.text(table(['Pair', 'State', 'Since (UTC)'], rows));
    for (const pause of pauses) await out.text(`${describePause(pause)}.`);
  }
  return pauses.length === 0 ? exitCodes.done : exitCodes.found;
}

function since(pause: PairPause | undefined): string {
  return pause === undefined ? '' : shortTime(pause.at);
}

function lineOf(pair: string, pause: PairPause | undefined): Readonly<Record<string, unknown>> {
  if (pause === undefined) return { pair, state: 'going', reason: null, detail: null, since: null, text: null };
  const { reason, detail, at } = pause;
  return { pair, state: 'standing', reason, detail, since: at, text: describePause(pause) };
}

async function stop(session: Session, name: string, note: string): Promise<ExitCode> {
  const known = await namesOf(session);
  const pause = await withStore(session, (store) => pausePair(operatorOf(session, store), name, known, note));
  return told(session, name, pause, `${name} stands still; "pairs resume ${name}" sets it going again.`);
}

async function setGoing(session: Session, name: string, flags: ResumeFlags): Promise<ExitCode> {
  const known = await namesOf(session);
  const consent = { ends: flags.yes === true, instance: flags.acceptInstance === true };
  await withStore(session, (store) => resumePair(operatorOf(session, store), name, known, consent));
  return told(session, name, undefined, `${name} goes on, with the running daemon or the next "sync --once".`);
}

async function told({ out }: Session, name: string, pause: PairPause | undefined, text: string): Promise<ExitCode> {
  if (out.json) await out.line(lineOf(name, pause));
  else await out.text(text);
  return exitCodes.done;
}
