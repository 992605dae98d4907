import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { z } from 'zod';
import { normaliseId } from '../../src/connectors/salesforce/ids.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { TicketSystem, WriteResult } from '../../src/connectors/ticket-system.ts';
import { type Replay, caseRow, clientOf, inComposite, memoryVault, page } from '../support/salesforce-replay.ts';

const recordingSchema = z.object({
  response: z.object({
    status: z.number().nullable(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  }),
});
export type Recording = z.infer<typeof recordingSchema>;

const folder = new URL('recordings/salesforce/', import.meta.url);
export const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
export const recordingOf = (name: string): Recording =>
  recordingSchema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));

export interface Stage {
  readonly replay: Replay;
  readonly client: TicketSystem;
  readonly recording: Recording;
}
export type Check = (stage: Stage) => Promise<void>;
export interface NotApplicable {
  readonly notApplicable: string;
}
export const not = (notApplicable: string): NotApplicable => ({ notApplicable });

/** Headers of the connection are the test server's own affair. */
const ownHeaders = new Set(['transfer-encoding', 'content-encoding', 'content-length', 'connection', 'keep-alive']);
export const headersOf = (recording: Recording): Record<string, string> =>
  Object.fromEntries(
    Object.entries(recording.response.headers ?? {}).filter(([name]) => !ownHeaders.has(name.toLowerCase())),
  );

/** Says what was recorded, status, headers and body, to whatever is asked. */
export function replayAs({ replay, recording }: Stage, status = recording.response.status ?? 400): void {
  replay.answer(() => ({ status, headers: headersOf(recording), body: recording.response.body }));
}

export const walk = (client: TicketSystem, object = 'Case', fields: readonly string[] = [], limit = 2000) =>
  client.changes({ object, fields, after: { stamp: '2026-01-01T00:00:00.000Z', id: '' }, limit });

export async function failureOf(work: Promise<unknown>): Promise<ConnectorError> {
  const failure: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof ConnectorError)) throw new Error('expected a ConnectorError', { cause: failure });
  return failure;
}

/** The recorded answer to a whole request must become this error. */
export const failsWith =
  (kind: string, data: object): Check =>
  async (stage) => {
    replayAs(stage);
    expect(await failureOf(walk(stage.client))).toMatchObject({ kind, data });
  };

/** The recorded error of one record must become this result, as a row of a collection too, where the key is `statusCode`. */
export const rowFailsWith =
  (kind: string, data: object): Check =>
  async (stage) => {
    await failsWith(kind, data)(stage);
    const errors = z.array(z.looseObject({ errorCode: z.string() })).parse(stage.recording.response.body);
    const row = {
      success: false,
      errors: errors.map(({ errorCode, ...rest }) => ({ statusCode: errorCode, ...rest })),
    };
    expect(await writeAgainst(stage, [row], 200)).toMatchObject([{ kind: 'failed', error: { kind, data } }]);
  };

/** Updates as many records as there are rows, and answers with these rows. Their ids read back as the records that were asked. */
export async function writeAgainst(
  stage: Stage,
  rows: readonly unknown[],
  status: number,
): Promise<readonly WriteResult[]> {
  const ids = rows.map((row, index) => {
    const id = z.looseObject({ id: z.string() }).safeParse(row).data?.id ?? '';
    return normaliseId(id) ?? normaliseId(`500dM0000${String(index).padStart(6, '0')}`) ?? '';
  });
  stage.replay.answer(
    inComposite((part) =>
      part.body === undefined ? { body: page(ids.map((id) => caseRow(id))) } : { status, body: rows },
    ),
  );
  const client = clientOf(stage.replay.url);
  return client.update(ids.map((id) => ({ object: 'Case', id, fields: { Subject: 'x' }, readBack: [] })));
}

/** The recorded rows, in the composite that the client sends, must become these results. */
export const rowsBecome =
  (...results: readonly object[]): Check =>
  async (stage) => {
    const rows = z.array(z.unknown()).parse(stage.recording.response.body);
    expect(await writeAgainst(stage, rows, stage.recording.response.status ?? 200)).toMatchObject(results);
  };
export const written = { kind: 'written' };
export const failed = (kind: string, data: object): object => ({ kind: 'failed', error: { kind, data } });

/** The recorded answer of the token endpoint must become this error. */
export const loginFailsWith =
  (data: object): Check =>
  async ({ replay, recording }) => {
    replay.answerToken(() => ({ status: recording.response.status ?? 400, body: recording.response.body }));
    const token = { accessToken: '', refreshToken: 'r', expiresAt: null, instanceUrl: replay.url };
    replay.answer(() => ({
      status: 401,
      body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    }));
    const client = clientOf(replay.url, {
      auth: { kind: 'authorization_code', clientId: 'app', clientSecret: null },
      vault: memoryVault(token),
    });
    expect(await failureOf(walk(client))).toMatchObject({
      kind: 'Unauthorized',
      data: { status: 400, executed: 'no', ...data },
    });
  };

/** A page of rows must be walked like this. */
export const pageBecomes =
  (object: string, expected: { done: boolean; rows: number }): Check =>
  async (stage) => {
    replayAs(stage);
    const got = await walk(stage.client, object);
    expect({ done: got.done, rows: got.records.length }).toEqual(expected);
    for (const record of got.records) expect(normaliseId(record.id)).toBe(record.id);
    const date = stage.recording.response.headers?.['date'];
    if (date !== undefined) expect(got.serverNow).toBe(new Date(date).toISOString());
  };

/** Rows that lack the stamp we always select: the page is refused rather than dated wrongly. */
export const pageIsRefused =
  (object: string): Check =>
  async (stage) => {
    replayAs(stage);
    expect(await failureOf(walk(stage.client, object))).toMatchObject({
      kind: 'Unavailable',
      data: { cause: 'unreadable-answer' },
    });
  };
