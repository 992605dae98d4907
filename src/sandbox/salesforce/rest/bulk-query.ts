import { refuse } from '../errors.ts';
import { runSoql } from '../soql/run.ts';
import type { ApiRecord } from '../soql/select.ts';
import { asText, isObject } from '../values.ts';
import { csvLine, jobBase, jobProgress } from './bulk-jobs.ts';
import type { Job, Jobs } from './bulk-jobs.ts';
import { empty, ok } from './message.ts';
import type { ApiRequest } from './message.ts';
import { route } from './router.ts';

/** A record as columns: `Owner.Name` for what is nested. */
function columns(record: ApiRecord, prefix = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(record).flatMap(([name, value]) => {
    if (name === 'attributes') return [];
    return isObject(value) ? columns(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value] as const];
  });
}

function start(request: ApiRequest, jobs: Jobs): Job {
  const body = isObject(request.body) ? request.body : {};
  const operation = String(body['operation']);
  if (operation !== 'query' && operation !== 'queryAll')
    throw refuse(400, 'INVALIDJOB', `unsupported operation: ${operation}`);
  const { base, org } = request;
  // The code and status of the REST guide's table; which accounts meet it is the org's affair.
  if (!org.settings.bulkApi)
    throw refuse(403, 'API_DISABLED_FOR_ORG', 'Bulk API is not enabled for this organization or user.');
  const result = runSoql({ org, base, soql: asText(body['query']), includeDeleted: operation === 'queryAll' });
  // A query job starts in UploadComplete (recording `bulk2-query-create`).
  const job = jobs.open(request, 'V2Query', {
    operation,
    object: result.spec.name,
    externalIdFieldName: null,
    state: 'UploadComplete',
  });
  const rows = result.records.map((record) => columns(record));
  job.header = (rows[0] ?? []).map(([name]) => name);
  job.lines = rows.map((row) => csvLine(row.map(([, value]) => value)));
  return job;
}

/** Each poll moves the job on: UploadComplete, InProgress, JobComplete or Failed. */
function advance(job: Job, failures: string[]): void {
  const failure = job.state === 'InProgress' ? failures.shift() : undefined;
  if (failure !== undefined) {
    job.state = 'Failed';
    job.errorMessage = failure;
  } else if (job.state === 'UploadComplete') job.state = 'InProgress';
  else if (job.state === 'InProgress') {
    job.state = 'JobComplete';
    job.processed = job.lines.length;
  }
}

/** Pages of the result; on the last one Sforce-Locator is the word `null` (jsforce and simple-salesforce wait for it). */
function results(request: ApiRequest, job: Job) {
  if (job.state !== 'JobComplete') throw refuse(400, 'INVALIDJOBSTATE', `The job is in state ${job.state}`);
  const from = Number(request.query.get('locator') ?? 0);
  const asked = Math.max(1, Number(request.query.get('maxRecords') ?? 50_000));
  const to = from + Math.min(asked, request.org.settings.bulkRows);
  const lines = job.lines.slice(from, to);
  return {
    status: 200,
    type: 'text/csv',
    headers: {
      'sforce-locator': to < job.lines.length ? String(to) : 'null',
      'sforce-numberofrecords': String(lines.length),
    },
    body: [csvLine(job.header), ...lines, ''].join('\n'),
  };
}

export function bulkQueryRoutes(jobs: Jobs) {
  return [
    route('POST', 'jobs/query', (request) =>
      ok({ ...jobBase(start(request, jobs)), lineEnding: 'LF', columnDelimiter: 'COMMA' }),
    ),
    route('GET', 'jobs/query', () =>
      ok({ done: true, nextRecordsUrl: null, records: jobs.list('V2Query').map(jobBase) }),
    ),
    route('GET', 'jobs/query/:id', (request, { id = '' }) => {
      const job = jobs.find(id, 'V2Query');
      advance(job, request.org.settings.bulkFailures);
      return ok(jobProgress(job));
    }),
    route('GET', 'jobs/query/:id/results', (request, { id = '' }) => results(request, jobs.find(id, 'V2Query'))),
    // Recording `bulk2-query-abort-200`.
    route('PATCH', 'jobs/query/:id', (request, { id = '' }) => {
      const job = jobs.find(id, 'V2Query');
      if (!isObject(request.body) || request.body['state'] !== 'Aborted')
        throw refuse(400, 'INVALIDJOBSTATE', 'state must be Aborted');
      job.state = 'Aborted';
      return ok(jobBase(job));
    }),
    route('DELETE', 'jobs/query/:id', (_request, { id = '' }) => {
      jobs.remove(jobs.find(id, 'V2Query'));
      return empty;
    }),
  ];
}
