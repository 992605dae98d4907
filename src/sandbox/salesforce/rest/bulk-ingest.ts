import { parse } from 'csv-parse/sync';
import { ApiError, refuse } from '../errors.ts';
import { createRow, deleteRow, rowForWrite, updateRow } from '../save/save.ts';
import type { ObjectSpec } from '../schema/field.ts';
import { findField } from '../schema/schema.ts';
import { dateTime, isObject } from '../values.ts';
import { csvLine, jobBase, jobProgress } from './bulk-jobs.ts';
import type { Job, Jobs } from './bulk-jobs.ts';
import { actorOf, empty, ok } from './message.ts';
import type { ApiAnswer, ApiRequest } from './message.ts';
import { objectOf } from './objects.ts';
import { route } from './router.ts';
import { rowsByKey } from './rows.ts';

/** Saves one line; answers the id and whether it was made. Throws ApiError. */
function saveLine(
  request: ApiRequest,
  spec: ObjectSpec,
  job: Job,
  line: Record<string, string>,
): { id: string; created: boolean } {
  const { org } = request;
  const actor = actorOf(request);
  // `#N/A` sets null; an empty cell leaves the field alone (jsforce bulk2.ts).
  const fields = Object.fromEntries(
    Object.entries(line).flatMap(([name, value]) => (value === '' ? [] : [[name, value === '#N/A' ? null : value]])),
  );
  const id = String(fields['Id'] ?? '');
  if (job.operation === 'insert') return { id: createRow(org, actor, spec, fields).id, created: true };
  if (job.operation === 'delete') {
    deleteRow(org, actor, rowForWrite(org, actor, spec, id));
    return { id, created: false };
  }
  const key = job.operation === 'upsert' ? (job.externalIdFieldName ?? 'Id') : 'Id';
  const row =
    key === 'Id' ? rowForWrite(org, actor, spec, id) : rowsByKey(org, spec, key, String(fields[key] ?? ''))[0];
  if (row === undefined) return { id: createRow(org, actor, spec, fields).id, created: true };
  updateRow(org, actor, row, fields);
  return { id: row.id, created: false };
}

/** Works through the upload. An unknown column fails the whole job (recording `bulk2-ingest-failed`), a bad row only itself. */
function work(request: ApiRequest, job: Job): void {
  const spec = objectOf(request.org, job.object);
  const lines: Record<string, string>[] = parse(job.upload, { columns: true, skip_empty_lines: true });
  job.header = Object.keys(lines[0] ?? {});
  job.systemModstamp = dateTime(request.org.now());
  const unknown = job.header.find((name) => findField(spec, name) === null);
  if (unknown !== undefined) {
    job.state = 'Failed';
    job.errorMessage = `InvalidBatch : Field name not found : ${unknown}`;
    return;
  }
  for (const line of lines) {
    const cells = csvLine(job.header.map((name) => line[name]));
    try {
      const { id, created } = saveLine(request, spec, job, line);
      job.successful.push(`${csvLine([id, created])},${cells}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const [entry] = error.entries;
      // Recording `bulk2-ingest-failedresults-csv`.
      const reason = `${entry?.errorCode ?? ''}:${entry?.message ?? ''}:${(entry?.fields ?? []).join(',')} --`;
      job.unsuccessful.push(`${csvLine(['', reason])},${cells}`);
      job.failed += 1;
    }
    job.processed += 1;
  }
  job.state = 'JobComplete';
}

function csv(head: readonly string[], job: Job, lines: readonly string[]): ApiAnswer {
  const title = [...head.map((name) => `"${name}"`), ...job.header].join(',');
  return { status: 200, type: 'text/csv', body: [title, ...lines, ''].join('\n') };
}

function open(request: ApiRequest, jobs: Jobs): Job {
  const body = isObject(request.body) ? request.body : {};
  const operation = String(body['operation']);
  if (!['insert', 'update', 'upsert', 'delete'].includes(operation))
    throw refuse(400, 'INVALIDJOB', `unsupported operation: ${operation}`);
  const key = body['externalIdFieldName'];
  const object = objectOf(request.org, String(body['object'])).name;
  return jobs.open(request, 'V2Ingest', {
    operation,
    object,
    externalIdFieldName: typeof key === 'string' ? key : null,
    state: 'Open',
  });
}

/** Closing the upload starts the work; an abort ends it. */
function setState(request: ApiRequest, job: Job): ApiAnswer {
  const state = isObject(request.body) ? request.body['state'] : null;
  if (state !== 'UploadComplete' && state !== 'Aborted')
    throw refuse(400, 'INVALIDJOBSTATE', `invalid state: ${String(state)}`);
  job.state = state;
  return ok(jobBase(job));
}

export function bulkIngestRoutes(jobs: Jobs) {
  const find = (id = ''): Job => jobs.find(id, 'V2Ingest');
  return [
    // 200, not 201, and a contentUrl without a leading slash (recording `bulk2-ingest-create`).
    route('POST', 'jobs/ingest', (request) => {
      const job = open(request, jobs);
      const contentUrl = `${request.base.slice(1)}/jobs/ingest/${job.id}/batches`;
      return ok({ ...jobBase(job), contentUrl, lineEnding: 'LF', columnDelimiter: 'COMMA' });
    }),
    route('GET', 'jobs/ingest', () => {
      const records = jobs.list('V2Ingest').map((job) => ({ ...jobBase(job), jobType: job.kind }));
      return ok({ done: true, nextRecordsUrl: null, records });
    }),
    route('PUT', 'jobs/ingest/:id/batches', (request, { id }) => {
      find(id).upload = request.text ?? '';
      return { status: 201 };
    }),
    route('PATCH', 'jobs/ingest/:id', (request, { id }) => setState(request, find(id))),
    route('GET', 'jobs/ingest/:id', (request, { id }) => {
      const job = find(id);
      if (job.state === 'UploadComplete') job.state = 'InProgress';
      else if (job.state === 'InProgress') work(request, job);
      return ok(jobProgress(job));
    }),
    route('DELETE', 'jobs/ingest/:id', (_request, { id }) => {
      jobs.remove(find(id));
      return empty;
    }),
    route('GET', 'jobs/ingest/:id/successfulResults', (_request, { id }) =>
      csv(['sf__Id', 'sf__Created'], find(id), find(id).successful),
    ),
    route('GET', 'jobs/ingest/:id/failedResults', (_request, { id }) =>
      csv(['sf__Id', 'sf__Error'], find(id), find(id).unsuccessful),
    ),
    route('GET', 'jobs/ingest/:id/unprocessedrecords', (_request, { id }) => csv([], find(id), [])),
  ];
}
