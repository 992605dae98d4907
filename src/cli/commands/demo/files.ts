import type { Desk, DeskFile, HeldFile, Sandbox } from '../../../sandbox/sandbox.ts';
import { troubleOf } from './texts.ts';

/** What one person attaches to a ticket: a log or a note made of the ticket's own texts, different each time. */
export function fileFor(number: string, count: number): DeskFile {
  const { subject, description } = troubleOf(number);
  const lines = [`ticket: ${number}`, `subject: ${subject}`, ...description.split('. '), `part ${count}`];
  const log = lines.map((line, n) => `08:${String((n * 7) % 60).padStart(2, '0')}:00 ${line}`).join('\n');
  if (count % 3 === 0)
    return {
      name: `${subject.slice(0, 40)}.txt`,
      type: 'text/plain',
      content: Buffer.from(`${subject}\n\n${description}\n`),
    };
  return { name: `${number.toLowerCase()}-${count}.log`, type: 'text/plain', content: Buffer.from(`${log}\n`) };
}

/** The people of both desks add files now and then. */
export interface FilePlay {
  /** To an incident that has just been opened. */
  opened(number: string, id: string): void;
  /** To a Case that somebody works on. */
  workedOn(id: string): void;
  readonly counts: { servicenow: number; salesforce: number };
}

/** Every other incident gets a file, some of them two; every third Case that is worked on gets one that its customer sees. */
export function playFiles(desks: { readonly servicenow: Desk; readonly salesforce: Desk }): FilePlay {
  const counts = { servicenow: 0, salesforce: 0 };
  let opened = 0;
  let worked = 0;
  const add = (id: string, number: string): void => {
    counts.servicenow += 1;
    desks.servicenow.attach('incident', id, fileFor(number, counts.servicenow), 'beth.anglin');
  };
  return {
    counts,
    opened: (number, id) => {
      opened += 1;
      if (opened % 2 === 0) add(id, number);
      if (opened % 10 === 0) add(id, number);
    },
    workedOn: (id) => {
      worked += 1;
      if (worked % 3 !== 0) return;
      counts.salesforce += 1;
      desks.salesforce.attach('Case', id, fileFor(`CS${worked}`, counts.salesforce), 'dana.support');
    },
  };
}

export interface FileTruth {
  /** Files on both desks, those that Casebridge carried among them. */
  readonly files: number;
  /** Files that do not have exactly one across with the same content. */
  readonly unmatched: number;
}

/** Counts the files of every pair of tickets by their content, asked of the desks themselves. */
export function fileTruth(
  desks: { readonly servicenow: Sandbox; readonly salesforce: Sandbox },
  pairs: Iterable<readonly [incident: string, twin: string]>,
): FileTruth {
  let files = 0;
  let unmatched = 0;
  for (const [incident, twin] of pairs) {
    const here = tally(desks.servicenow.desk.files('incident', incident));
    const there = tally(desks.salesforce.desk.files('Case', twin));
    for (const hash of new Set([...here.keys(), ...there.keys()])) {
      files += (here.get(hash) ?? 0) + (there.get(hash) ?? 0);
      unmatched += Math.abs((here.get(hash) ?? 0) - (there.get(hash) ?? 0));
    }
  }
  return { files, unmatched };
}

function tally(files: readonly HeldFile[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { hash } of files) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return counts;
}
