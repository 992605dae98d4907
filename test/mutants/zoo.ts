import type { Mutant } from './mutant.ts';

const lives = { kind: 'lives', most: 5000 } as const;

/** Bugs that shipped in products like this one, as edits of our own sources. */
export const zoo: readonly Mutant[] = [
  {
    id: 'M1',
    what: 'a write whose answer was lost is sent again below the engine',
    edits: [
      {
        file: 'src/connectors/with/retry.ts',
        find: 'passing.has(result.error.kind) && !result.error.inDoubt',
        put: 'passing.has(result.error.kind)',
      },
    ],
    hunt: {
      kind: 'tests',
      files: ['test/connectors/with/retry.test.ts'],
      by: 'INV-3: a doubtful write is never repeated',
    },
  },
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
    hunt: { kind: 'tests', files: ['test/engine/inconclusive-look.test.ts'], by: 'INV-3: a look must be conclusive' },
  },
  {
    id: 'M3',
    what: 'rows of a look are believed without being checked',
    edits: [
      {
        file: 'src/connectors/servicenow/stamped.ts',
        find: 'records: records.filter((record) => names(record, probe)),',
        put: 'records,',
      },
    ],
    hunt: { kind: 'tests', files: ['test/connectors/servicenow'], by: 'INV-3: probes are verified' },
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
      // The store would refuse a second open intent, and the ticket would wait for ever: that guard is taken away with it.
      {
        file: 'src/store/memory/work.ts',
        find: 'if (other !== undefined) throw new Error(`${intent.origin} ${intent.originId} has the open intent ${other.id}`);',
        put: 'if (other !== undefined) state.intents.delete(other.id);',
      },
    ],
    hunt: { ...lives, promise: 'no second ticket' },
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
    id: 'M7',
    what: 'the base moves before the write',
    edits: [
      {
        file: 'src/engine/note.ts',
        find: 'if (pending.length > 0) await tx.savePending(pending);',
        put: "if (pending.length > 0) await tx.savePending(pending);\n    await tx.updateLinks(decisions.flatMap((one) => isLinkPlan(one) && one.plan.kind === 'write' ? [{ ...one.work.link, bases: one.plan.bases }] : []));",
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
    id: 'M10',
    what: 'whatever our own user saved counts as an echo',
    edits: [
      {
        file: 'src/engine/poll.ts',
        find: "if (link.status !== 'synced' || scopeMoved(pair, record, link)) return false;",
        put: "if (record.updatedBy === 'casebridge') return true;\n  if (link.status !== 'synced' || scopeMoved(pair, record, link)) return false;",
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
    id: 'M14',
    what: 'the cursor is saved before its keys',
    edits: [
      { file: 'src/engine/poll.ts', find: 'await tx.enqueue([...all.values()]);', put: '' },
      {
        file: 'src/engine/poll.ts',
        find: 'streams: followed.streams, queued: all.size, echoes };',
        put: 'streams: followed.streams, queued: all.size, echoes, late: [...all.values()] };',
      },
      {
        file: 'src/engine/poll.ts',
        find: 'cursor = saved.cursor;\n',
        put: 'cursor = saved.cursor;\n    const { late } = saved;\n    await engine.store.transaction((tx) => tx.enqueue(late));\n',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M15',
    what: 'pages are counted instead of continued behind their last row',
    edits: [
      {
        file: 'src/engine/poll.ts',
        find: 'after: start.after,\n          limit: engine.pageSize,',
        put: 'after: cursor.walk?.first ?? start.after,\n      limit: engine.pageSize + (cursor.walk?.seen ?? 0),',
      },
      {
        file: 'src/engine/poll.ts',
        find: 'if (!inBulk) engine.offsets[side] =',
        put: 'Object.assign(page, { records: page.records.slice(cursor.walk?.seen ?? 0) });\n    if (!inBulk) engine.offsets[side] =',
      },
      {
        file: 'src/engine/poll.ts',
        find: 'const walk: Walk = inBulk && rows === 0 ? { ...begun, created: 0 } : begun;',
        put: 'const walk: Walk = { ...begun, first: begun.first ?? begun.after, seen: (begun.seen ?? 0) + page.records.length };',
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
    hunt: { kind: 'tests', files: ['test/core'], by: 'INV-13: absent is not empty' },
  },
  {
    id: 'M17',
    what: 'a record that did not come back counts as deleted',
    edits: [
      {
        file: 'src/engine/life/look.ts',
        find: 'function sightingOf(result: ReadResult): Sighting {\n',
        put: "function sightingOf(result: ReadResult): Sighting {\n  if (result.kind === 'absent') return { kind: 'deleted', into: null };\n",
      },
    ],
    hunt: {
      kind: 'tests',
      files: ['test/core/life.test.ts', 'test/engine/life.test.ts'],
      by: 'INV-13: positive evidence only',
    },
  },
  {
    id: 'M18',
    what: 'an error that comes with status 200 is taken for an answer',
    edits: [
      {
        file: 'src/connectors/servicenow/errors.ts',
        find: 'if (body === undefined || errorBody.safeParse(body).success) {',
        put: 'if (body === undefined) {',
      },
    ],
    hunt: {
      kind: 'tests',
      files: ['test/connectors/servicenow', 'test/contract/servicenow-client.test.ts'],
      by: 'INV-7: no success with an error in it',
    },
  },
  {
    id: 'M19',
    what: 'a journal that shows nothing is taken for one that holds nothing',
    edits: [
      {
        file: 'src/core/comments/view.ts',
        find: 'if (list === null || !list.complete) return false;',
        put: 'if (list === null || list.items.length === 0) return list !== null;',
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
    hunt: { kind: 'tests', files: ['test/engine/one-bad-record.test.ts'], by: 'INV-9: isolation' },
  },
  {
    id: 'M21',
    what: 'two processes renew a token at once',
    edits: [
      {
        file: 'src/connectors/token-source.ts',
        find: '(vault.exclusively === undefined ? work() : vault.exclusively(side, work))',
        put: 'work()',
      },
    ],
    hunt: {
      kind: 'tests',
      files: ['test/connectors/token-source.test.ts', 'test/store/credentials.test.ts'],
      by: 'one refresh at a time: reuse counted at the fake',
    },
  },
  {
    id: 'M22',
    what: 'a new token is used before it is stored',
    edits: [
      {
        file: 'src/connectors/token-source.ts',
        find: 'if (await vault.save(side, token, after)) return hold({ token, version: after + 1 });',
        put: 'void vault.save(side, token, after);\n      if (after >= 0) return hold({ token, version: after + 1 });',
      },
    ],
    hunt: { kind: 'tests', files: ['test/connectors/token-source.test.ts'], by: 'INV-10: stored before its first use' },
  },
  {
    id: 'M23',
    what: 'a worker that stood still sends what is another one’s by now',
    edits: [
      {
        file: 'src/engine/note.ts',
        find: 'await tx.holdJobs(held.map((decision) => decision.work.job));',
        put: '',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M24',
    what: 'Retry-After is kept per worker only',
    edits: [
      {
        file: 'src/connectors/gate-lanes.ts',
        find: 'const pauseMs = Math.max(0, told - clock.now());',
        put: 'const pauseMs = 0;',
      },
    ],
    hunt: { kind: 'tests', files: ['test/connectors/gate-keeper.test.ts'], by: 'INV-11: budget' },
  },
  {
    id: 'M25',
    what: 'values go into encoded queries as they are',
    edits: [
      { file: 'src/connectors/servicenow/query.ts', find: "return value.replaceAll('^', '^^');", put: 'return value;' },
    ],
    hunt: { kind: 'tests', files: ['test/connectors/servicenow/query.test.ts'], by: 'K1: query builder' },
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
    hunt: {
      kind: 'tests',
      files: ['test/security/redaction.test.ts', 'test/config/secret.test.ts'],
      by: 'INV-15: secrets',
    },
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
  {
    id: 'M29',
    what: 'a notice is posted again with every look',
    edits: [
      {
        file: 'src/core/comments/follow-ups.ts',
        find: '`${row.sourceId}@deleted`, {\n      ...row,\n      detail: { ...row.detail, gone: true },',
        put: '`${row.sourceId}@deleted@${at.now}`, {\n      ...row,',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M30',
    what: 'redirects are followed with the token in hand',
    edits: [{ file: 'src/connectors/http.ts', find: 'maxRedirects: 0,', put: 'maxRedirects: 5,' }],
    hunt: {
      kind: 'tests',
      files: ['test/security/hosts.test.ts', 'test/connectors/http.test.ts'],
      by: 'SEC-9: pinned hosts',
    },
  },
  {
    id: 'M31',
    what: 'what changes without a stamp is never looked for',
    edits: [{ file: 'src/engine/ticker.ts', find: 'await sweep.step();', put: '' }],
    hunt: lives,
  },
  {
    id: 'M32',
    what: 'a create in doubt forgets its id when it is sent again and refused',
    edits: [
      {
        file: 'src/engine/settle-new.ts',
        find: 'if (work.intent === null) return { ...closed(intent), keepPending: [] };',
        put: 'if (Date.parse(intent.sentAt) > 0) return { ...closed(intent), keepPending: [] };',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M33',
    what: 'our own save hides what was said just before it',
    edits: [
      {
        file: 'src/core/read-back.ts',
        find: 'return seen !== null && written !== null && written > seen + 1;',
        put: 'return seen !== null && written !== null && written < seen;',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M34',
    what: 'the notes of a long sending keep the time that it began at',
    edits: [
      {
        file: 'src/engine/send-time.ts',
        find: 'const sentAt = iso(engine.clock.now());',
        put: 'const sentAt = iso(notedAt(engine, noted));',
      },
    ],
    hunt: lives,
  },
  {
    id: 'M35',
    what: 'a long sending does not ask again whether it is still ours',
    edits: [
      {
        file: 'src/engine/send-time.ts',
        find: 'if (!this.#isOld()) return true;',
        put: 'if (this.#renewedAt > 0) return true;',
      },
    ],
    hunt: lives,
  },
];
