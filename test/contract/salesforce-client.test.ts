import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseLimitInfo } from '../../src/connectors/salesforce/budget.ts';
import { isoTime } from '../../src/connectors/salesforce/records.ts';
import {
  type Replay,
  caseRow,
  clientOf,
  inComposite,
  memoryVault,
  page,
  partsOf,
  startReplay,
} from '../support/salesforce-replay.ts';
import {
  type Check,
  type NotApplicable,
  failed,
  failsWith,
  failureOf,
  headersOf,
  loginFailsWith,
  names,
  not,
  pageBecomes,
  pageIsRefused,
  recordingOf,
  replayAs,
  rowFailsWith,
  rowsBecome,
  walk,
  writeAgainst,
  written,
} from './salesforce-recording.ts';

// Feeds each recorded answer of Salesforce through the client and holds it to what it makes of it. A recording without an entry
// in the table fails, and so does an entry without a recording.

const bulk = not('the client works in collections, not in bulk jobs');
const events = not('the client polls; it does not listen to events');
const feature = (what: string): NotApplicable => not(`the client never calls ${what}`);

const table: Readonly<Record<string, Check | NotApplicable>> = {
  'batch-404-invalid-cross-reference': async (stage) => {
    // Recorded inside composite/batch: the same error body as a part of a composite.
    const { results } = z
      .object({ results: z.array(z.object({ statusCode: z.number(), result: z.unknown() })) })
      .parse(stage.recording.response.body);
    const part = results.find((result) => result.statusCode === 404);
    stage.replay.answer(inComposite(() => ({ status: part?.statusCode ?? 0, body: part?.result })));
    expect(await failureOf(stage.client.read('Case', ['500dM00000PvwJ7QAJ'], []))).toMatchObject({
      kind: 'NotFound',
      data: { code: 'INVALID_CROSS_REFERENCE_KEY', status: 404 },
    });
  },
  'bulk2-ingest-create': bulk,
  'bulk2-ingest-failed': bulk,
  'bulk2-ingest-failedresults-csv': bulk,
  'bulk2-ingest-inprogress': bulk,
  'bulk2-ingest-jobcomplete': bulk,
  'bulk2-ingest-jobcomplete-partial': bulk,
  'bulk2-ingest-list-200': bulk,
  'bulk2-ingest-upload-201': bulk,
  'bulk2-ingest-uploadcomplete': bulk,
  'bulk2-query-abort-200': bulk,
  'bulk2-query-create': bulk,
  'bulk2-query-delete-204': bulk,
  'cdc-event-account-create': events,
  'cdc-event-contact-update': events,
  'cdc-event-user-update': events,
  'cometd-handshake-denied': events,
  'collections-create-200': rowsBecome(written),
  'collections-create-400-empty': failsWith('Rejected', {
    code: 'REQUIRED_FIELD_MISSING',
    answer: 'At least 1 record is required',
    status: 400,
  }),
  'collections-create-allornone-rolledback': rowsBecome(
    failed('Rejected', { code: 'REQUIRED_FIELD_MISSING', fields: ['LastName'], cause: 'validation' }),
    failed('Unavailable', { cause: 'halted', executed: 'no' }),
  ),
  'collections-create-duplicates-row': rowsBecome(
    failed('Rejected', { code: 'DUPLICATES_DETECTED', cause: 'duplicate-rule' }),
    written,
  ),
  'collections-delete-200': feature('DELETE'),
  'collections-retrieve-200': not('read goes by query, which finds deleted rows too; ids are masked in this one'),
  'collections-update-200': async (stage) => {
    const rows = z.array(z.unknown()).parse(stage.recording.response.body);
    const results = await writeAgainst(stage, rows, 200);
    expect(results).toHaveLength(rows.length);
    expect(results.every((result) => result.kind === 'written')).toBe(true);
  },
  'collections-update-allornone-rolledback': async (stage) => {
    const rows = z.array(z.unknown()).parse(stage.recording.response.body);
    const results = await writeAgainst(stage, rows, 200);
    expect(results[0]).toMatchObject(
      failed('Unavailable', { code: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', cause: 'halted', executed: 'no' }),
    );
    expect(results.some((result) => result.kind === 'written')).toBe(false);
  },
  'collections-update-invalid-id': rowsBecome(
    failed('NotFound', { code: 'INVALID_CROSS_REFERENCE_KEY', executed: 'no' }),
  ),
  'collections-update-missing-id': async (stage) => {
    const rows = z.array(z.unknown()).parse(stage.recording.response.body);
    const results = await writeAgainst(stage, rows, 400);
    for (const result of results) expect(result).toMatchObject(failed('Rejected', { code: 'MISSING_ARGUMENT' }));
  },
  'collections-upsert-id-null-creates': rowsBecome(written),
  'collections-upsert-missing-attributes': rowsBecome(failed('Rejected', { code: 'JSON_PARSER_ERROR' })),
  'collections-upsert-updated-200': not(
    'the id in it is masked; its shape is the one of collections-upsert-id-null-creates',
  ),
  'composite-200-dependent': not('the client never refers from one part to another; ids are masked in this one'),
  'composite-batch-200': feature('composite/batch, in which every part counts as a call'),
  'composite-count-200': feature('count()'),
  'composite-get-describe-200': not('describe is called on its own, so that it can be cached by its headers'),
  'composite-graph-200': feature('composite/graph'),
  'composite-tree-201': feature('composite/tree'),
  'composite-query-200': async (stage) => {
    // Four queries in one composite; the row ids were normalised by the recorder, so they are real ids here.
    const { compositeResponse } = z
      .object({
        compositeResponse: z.array(z.looseObject({ body: z.object({ records: z.array(z.looseObject({})) }).loose() })),
      })
      .parse(stage.recording.response.body);
    stage.replay.answer((request) => ({
      status: 200,
      headers: headersOf(stage.recording),
      body: {
        compositeResponse: partsOf(request).map((part, index) => {
          const recorded = compositeResponse[index];
          const records = recorded?.body.records.map((row) => ({
            ...caseRow('001dM00003jU9GxQAK'),
            ...row,
            Id: '001dM00003jU9GxQAK',
          }));
          return { ...recorded, body: { ...recorded?.body, records }, referenceId: part.referenceId };
        }),
      },
    }));
    const many = Array.from({ length: 800 }, (_, n) => `001dM0000${String(n).padStart(6, '0')}`);
    const results = await stage.client.read('Account', [...many.slice(1), '001dM00003jU9GxQAK'], []);
    expect(results.filter((result) => result.kind === 'found')).toHaveLength(1);
  },
  'composite-subrequest-304': feature('conditional requests'),
  'composite-subrequest-400-invalid-type': async (stage) => {
    const { compositeResponse } = z
      .object({ compositeResponse: z.array(z.object({ body: z.unknown(), httpStatusCode: z.number() })) })
      .parse(stage.recording.response.body);
    const refused = compositeResponse.find((part) => part.httpStatusCode === 400);
    stage.replay.answer(inComposite(() => ({ status: 400, body: refused?.body })));
    const ids = ['500dM00000PvwJ7QAJ'];
    expect(await failureOf(stage.client.read('XYZZY', ids, []))).toMatchObject({
      kind: 'Rejected',
      data: { code: 'INVALID_TYPE', cause: 'unknown-object' },
    });
    // The same answer to a look at the history means that there is none to see.
    const since = '2026-01-01T00:00:00.000Z';
    expect(await stage.client.fieldDates('Case', [{ id: ids[0]!, field: 'Status', since }])).toEqual([null]);
  },
  'composite-subrequest-404-not-found': async (stage) => {
    const { compositeResponse } = z
      .object({ compositeResponse: z.array(z.looseObject({})) })
      .parse(stage.recording.response.body);
    stage.replay.answer(() => ({
      status: 200,
      body: { compositeResponse: compositeResponse.map((part) => ({ ...part, referenceId: 'part0' })) },
    }));
    expect(await failureOf(stage.client.read('Foo', ['500dM00000PvwJ7QAJ'], []))).toMatchObject({
      kind: 'NotFound',
      data: { code: 'NOT_FOUND', status: 404 },
    });
  },
  'conditional-etag-header': feature('conditional requests'),
  'create-400-duplicate-value': rowFailsWith('Rejected', {
    code: 'DUPLICATE_VALUE',
    cause: 'duplicate',
    fields: ['AssigneeId', 'PermissionSetId'],
  }),
  'create-duplicates-detected': rowFailsWith('Rejected', { code: 'DUPLICATES_DETECTED', cause: 'duplicate-rule' }),
  'delete-404-entity-is-deleted': rowFailsWith('NotFound', { code: 'ENTITY_IS_DELETED', executed: 'no' }),
  'deleted-200': feature('getDeleted'),
  'describe-404-not-found': async (stage) => {
    replayAs(stage);
    expect(await failureOf(stage.client.describe('Nope'))).toMatchObject({
      kind: 'NotFound',
      data: { code: 'NOT_FOUND', status: 404 },
    });
  },
  'describe-account-headers': async (stage) => {
    expect(parseLimitInfo(stage.recording.response.headers?.['sforce-limit-info'])).toEqual({ used: 21, limit: 15000 });
    expect(Object.keys(z.looseObject({}).parse(stage.recording.response.body))).not.toContain('fields');
  },
  'describe-case-full': async (stage) => {
    replayAs(stage);
    const { object, fields } = await stage.client.describe('Case');
    const field = (name: string) => fields.find((each) => each.name === name);
    expect(object).toBe('Case');
    expect(field('Subject')).toMatchObject({ type: 'string', length: 255, required: false, writable: true });
    expect(field('Description')).toMatchObject({ type: 'textarea', length: 32000 });
    // Not restricted: the API takes any value, so there are no choices to hold anyone to.
    expect(field('Status')).toMatchObject({ type: 'picklist', choices: null, required: false });
    expect(field('IsClosed')).toMatchObject({ writable: false, length: null, required: false });
    expect(field('Id')).toMatchObject({ writable: false, required: false });
    expect(fields.filter((each) => each.required)).toEqual([]);
  },
  'describe-global': feature('describeGlobal'),
  'external-id-404-not-found': failsWith('NotFound', { code: 'NOT_FOUND', executed: 'no' }),
  'oauth-identity-url-200': feature('the identity URL; it asks /userinfo'),
  'oauth-introspect-200': feature('introspect'),
  'oauth-jwt-400-audience': loginFailsWith({ code: 'invalid_grant', cause: 'wrong-audience' }),
  'oauth-jwt-400-not-approved': loginFailsWith({ code: 'invalid_grant', cause: 'not-approved' }),
  'oauth-password-400-authentication-failure': loginFailsWith({ code: 'invalid_grant', cause: 'login-refused' }),
  'oauth-refresh-400-expired': loginFailsWith({ code: 'invalid_grant', cause: 'authorisation-revoked' }),
  'oauth-refresh-invalid-client-id-400': loginFailsWith({ code: 'invalid_client_id', cause: 'wrong-client-id' }),
  'oauth-refresh-token-200': async ({ replay, recording }) => {
    // The recorded host is the org's; only its address is replaced by the one the test can be reached at.
    const body = z.looseObject({}).parse(recording.response.body);
    replay.answerToken(() => ({ status: 200, body: { ...body, instance_url: replay.url } }));
    replay.answer((request) =>
      request.headers['authorization'] === 'Bearer [REDACTED]'
        ? { status: 200, body: page([]) }
        : { status: 401, body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }] },
    );
    const vault = memoryVault({ accessToken: 'old', refreshToken: 'mine', expiresAt: null, instanceUrl: replay.url });
    await walk(
      clientOf(replay.url, { auth: { kind: 'authorization_code', clientId: 'app', clientSecret: null }, vault }),
    );
    // No expiry is told, and no new refresh token: ours goes on.
    expect(vault.held()?.token).toEqual({
      accessToken: '[REDACTED]',
      refreshToken: 'mine',
      expiresAt: null,
      instanceUrl: replay.url,
    });
  },
  'oauth-userinfo': async (stage) => {
    replayAs(stage);
    expect(await stage.client.identity()).toEqual({
      side: 'salesforce',
      instance: '00DdM00000vfgTuUAI',
      user: '005dM00000awSFJQA2',
    });
    expect(stage.client.calls()).toBe(0);
  },
  'query-400-contentdocumentlink-filter': failsWith('Rejected', { status: 400 }),
  'query-400-invalid-locator': failsWith('Unavailable', {
    code: 'INVALID_QUERY_LOCATOR',
    cause: 'query-locator-lost',
    executed: 'no',
  }),
  'query-400-invalid-type': failsWith('Rejected', { code: 'INVALID_TYPE', cause: 'unknown-object' }),
  'query-400-malformed': failsWith('Rejected', { code: 'MALFORMED_QUERY', answer: "unexpected token: 'invalid'" }),
  'query-400-malformed-caret': failsWith('Rejected', { code: 'MALFORMED_QUERY' }),
  'query-414-uri-too-long': failsWith('Rejected', {
    status: 414,
    cause: 'uri-too-long',
    answer: 'Bad Message 414 reason: URI Too Long',
  }),
  'query-case-lastmodified-order': pageIsRefused('Case'),
  'query-case-page': async (stage) => {
    await pageBecomes('Case', { done: true, rows: 4 })(stage);
    const { records } = await walk(stage.client, 'Case', ['Subject', 'Description', 'Status', 'IsEscalated']);
    expect(records[0]).toMatchObject({
      id: '500dM00003F2OMjQAN',
      number: '00001001',
      version: { stamp: '2026-05-01T07:25:37.000Z', count: null },
      createdAt: '2026-05-01T07:25:37.000Z',
      partnerId: null,
      stampTaken: false,
      fields: {
        Subject: 'Performance inadequate for second consecutive week',
        Description: null,
        Status: 'Closed',
        IsEscalated: false,
      },
    });
    // Ties are the rule: all of them carry one stamp.
    expect(new Set(records.map((record) => record.version.stamp)).size).toBe(1);
  },
  'query-casecomment-empty': pageBecomes('CaseComment', { done: true, rows: 0 }),
  'query-feeditem-empty': pageBecomes('FeedItem', { done: true, rows: 0 }),
  'query-first-page-1000-wide-row': pageIsRefused('Account'),
  'query-first-page-2000': pageBecomes('Account', { done: false, rows: 2 }),
  'query-group-200': pageBecomes('Group', { done: true, rows: 3 }),
  'query-last-page': pageBecomes('Account', { done: true, rows: 2 }),
  'query-more-200': pageIsRefused('Account'),
  'query-second-page-1000': pageIsRefused('Account'),
  'queryall-200': pageIsRefused('Account'),
  'recent-200': feature('recent'),
  'rest-401-invalid-session': async (stage) => {
    replayAs(stage);
    expect(await failureOf(walk(stage.client))).toMatchObject({
      kind: 'Unauthorized',
      data: { code: 'INVALID_SESSION_ID', cause: 'session-refused', executed: 'no' },
    });
    expect(stage.replay.requests).toHaveLength(2);
  },
  'rest-403-concurrent-requests': failsWith('RateLimited', { cause: 'concurrent-limit', executed: 'no', status: 403 }),
  'rest-403-request-limit': failsWith('RateLimited', { cause: 'daily-limit', executed: 'no', status: 403 }),
  'rest-limits': feature('limits; each answer carries Sforce-Limit-Info'),
  'rest-versions-list': feature('the list of versions; the version is pinned'),
  'search-400-malformed': feature('search'),
  'search-empty-200': feature('search'),
  'sobject-503-server-unavailable': rowFailsWith('Unavailable', { code: 'SERVER_UNAVAILABLE', executed: 'maybe' }),
  'sobject-basic-info': feature('the basic information of an object'),
  'sobject-create-201': feature('single-record resources'),
  'sobject-delete-204': feature('single-record resources'),
  'sobject-row-account-etag': feature('single-record resources'),
  'sobject-row-organization': async ({ recording }) => {
    // Stamps and dates part ways on this row; both are read in the format it has.
    const row = z
      .looseObject({ SystemModstamp: z.string(), LastModifiedDate: z.string() })
      .parse(recording.response.body);
    expect(isoTime(row.SystemModstamp)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect(isoTime(row.SystemModstamp)).not.toBe(isoTime(row.LastModifiedDate));
  },
  'sobject-row-user-lastmodified': feature('single-record resources'),
  'sobject-update-204': feature('single-record resources'),
  'updated-200': feature('getUpdated'),
  'updated-200-restforce': feature('getUpdated'),
  'upsert-300-multiple-choices': failsWith('Rejected', { status: 300, cause: 'not-unique' }),
  'upsert-external-id-created-201': feature('single-record resources; collections answer with the same row'),
  'upsert-updateonly-updated-200': feature('single-record resources; collections answer with the same row'),
  'write-400-invalid-email': rowFailsWith('Rejected', {
    code: 'INVALID_EMAIL_ADDRESS',
    cause: 'validation',
    fields: ['Email'],
  }),
  'write-400-invalid-field': rowFailsWith('Rejected', { code: 'INVALID_FIELD', cause: 'unknown-field' }),
  'write-400-invalid-field-for-insert-update': rowFailsWith('Rejected', {
    code: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    cause: 'no-rights',
    fields: ['MasterRecordId'],
  }),
  'write-400-multiple-validation-errors': rowFailsWith('Rejected', {
    code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    cause: 'validation',
    answer: "no 'ACME' accounts; no '123' phone",
  }),
  'write-400-restricted-picklist': rowFailsWith('Rejected', {
    code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    cause: 'validation',
    fields: ['Job_Category__c'],
  }),
  'write-400-string-too-long': rowFailsWith('Rejected', {
    code: 'STRING_TOO_LONG',
    cause: 'validation',
    fields: ['Name'],
  }),
  'write-400-unable-to-lock-row': rowFailsWith('Unavailable', {
    code: 'UNABLE_TO_LOCK_ROW',
    cause: 'row-locked',
    executed: 'no',
  }),
  'write-duplicate-value-external-id': rowFailsWith('Rejected', { code: 'DUPLICATE_VALUE', cause: 'duplicate' }),
  'write-insufficient-cross-reference': rowFailsWith('Rejected', {
    code: 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    cause: 'no-rights',
  }),
  'write-record-type-invalid': rowFailsWith('Rejected', {
    code: 'INVALID_CROSS_REFERENCE_KEY',
    cause: 'bad-reference',
    fields: ['RecordTypeId'],
  }),
  'write-required-field-missing': rowFailsWith('Rejected', {
    code: 'REQUIRED_FIELD_MISSING',
    cause: 'validation',
    fields: ['Name'],
  }),
};

let replay: Replay;
beforeEach(async () => {
  replay = await startReplay();
});
afterEach(() => replay.stop());

it('has an entry for every recording, and a recording for every entry', () => {
  expect(Object.keys(table).sort()).toEqual(names.toSorted());
});

const checked = Object.entries(table).flatMap(([name, entry]) =>
  typeof entry === 'function' ? [{ name, entry }] : [],
);

describe('what the client makes of', () => {
  it.each(checked)('$name', async ({ name, entry }) => {
    await entry({ replay, client: clientOf(replay.url), recording: recordingOf(name) });
    expect.hasAssertions();
  });
});
