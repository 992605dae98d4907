import type { Mutant } from './mutant.ts';

const lives = { kind: 'lives', most: 5000 } as const;

/** Bugs that shipped in products like this one, as edits of our own sources. */
export const zoo: readonly Mutant[] = [
  {
    id: 'M2',
    what: 'a look that proves nothing is taken for "not found"',
    edits: [
      {
        file: 'src/engine/decide-news.ts',
        find: `const notThere = probe.kind === 'none' || (probe.kind === 'unknown' && look?.controlled === false);`,
        put: 'const notThere = true;',
      },
    ],
    hunt: { kind: 'tests', files: ['test/engine', 'test/model'], by: 'a look must be conclusive' },
  },
  {
    id: 'M4',
    what: 'a create in doubt is sent again before its settle time',
    edits: [
      {
        file: 'src/engine/decide-news.ts',
        find: 'return Date.parse(intent.sentAt) + engine.times.settle;',
        put: 'return Date.parse(intent.sentAt);',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M5',
    what: 'open intents are ignored by the next run',
    edits: [
      {
        file: 'src/engine/load.ts',
        find: 'const intent = intents.get(origin.id) ?? null;',
        put: 'const intent = null;',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M6',
    what: 'the base is what was sent, not what was read back',
    edits: [
      {
        file: 'src/core/read-back.ts',
        find: '  if (read === undefined) return noted;\n',
        put: '  if (read === undefined || read !== sent) return { ...noted, bases: oneBase(side, sent) };\n',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M8',
    what: 'a retry sends the payload that was stored before',
    edits: [
      {
        file: 'src/engine/apply.ts',
        find: '          fields: write.fields,\n',
        put: '          fields: { ...write.fields, ...Object.fromEntries(work.pending.filter((one) => one.side === side).map((one) => [one.field, one.value])) },\n',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M9',
    what: 'the whole record is sent instead of what differs',
    edits: [
      {
        file: 'src/engine/apply.ts',
        find: '          fields: write.fields,\n',
        put: '          fields: { ...Object.fromEntries(Object.entries(decision.plan.kind === "write" ? decision.plan.bases[side].fields : {})), ...write.fields },\n',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M11',
    what: 'the walk goes on behind a stamp without its id',
    edits: [
      {
        file: 'src/engine/poll.ts',
        find: 'walk: { ...walk, after: page.next,',
        put: "walk: { ...walk, after: { stamp: page.next.stamp, id: '\\uffff' },",
      },
    ],
    hunt: lives,
  },
  {
    id: 'M12',
    what: 'no overlap between two walks',
    edits: [
      {
        file: 'src/engine/walk.ts',
        find: '- engine.times.wideOverlap',
        put: '- 0',
      },
      { file: 'src/engine/walk.ts', find: '- engine.times.overlap', put: '- 0' },
    ],
    hunt: lives,
  },
  {
    id: 'M13',
    what: "a walk's end is told by our own clock",
    edits: [
      {
        file: 'src/engine/poll.ts',
        find: 'startedAt: page.serverNow, created: 0',
        put: 'startedAt: iso(engine.clock.now()), created: 0',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M16',
    what: 'a field that was not answered counts as empty',
    edits: [
      {
        file: 'src/core/record.ts',
        find: 'return value === undefined ? undefined : storable(value);',
        put: 'return storable(value ?? null);',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M20',
    what: 'one record that cannot be kept stops its batch',
    edits: [
      {
        file: 'src/engine/record.ts',
        find: 'if (settlements.length > 1) {',
        put: 'if (settlements.length > 1) return;\n    if (settlements.length > 1) {',
      },
    ],
    hunt: { kind: 'tests', files: ['test/engine'], by: 'isolation' },
  },
  {
    id: 'M23',
    what: 'a worker that stood still sends what is another one’s by now',
    edits: [
      {
        file: 'src/engine/note.ts',
        find: 'await tx.holdJobs(sending.map((decision) => decision.work.job));',
        put: '',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M25',
    what: 'values go into encoded queries as they are',
    edits: [
      { file: 'src/connectors/servicenow/query.ts', find: "return value.replaceAll('^', '^^');", put: 'return value;' },
    ],
    hunt: { kind: 'tests', files: ['test/connectors/servicenow', 'test/security'], by: 'query builder' },
  },
  {
    id: 'M26',
    what: 'a secret prints itself',
    edits: [
      {
        file: 'src/config/secret.ts',
        find: "  toJSON(): string {\n    return '[redacted]';",
        put: '  toJSON(): string {\n    return this.#value;',
      },
    ],
    hunt: { kind: 'tests', files: ['test/security', 'test/config'], by: 'secrets' },
  },
  {
    id: 'M27',
    what: 'a cut text is carried back over the whole one',
    edits: [
      {
        file: 'src/mapping/text-rule.ts',
        find: 'const shown = target === undefined ? null : shownPart(input);',
        put: 'const shown = null as ReturnType<typeof shownPart>;',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M28',
    what: 'the newer stamp wins and nothing is put on record',
    edits: [
      {
        file: 'src/core/merge.ts',
        find: "return carryAcross(c, winner, 'conflict', conflictOf(c, { winner, why, dates }));",
        put: "void why;\n  return carryAcross(c, winner, 'conflict', null);",
      },
    ],
    hunt: lives,
  },
];
