import { notFound } from '../errors.ts';
import { mintId } from '../ids.ts';
import { asText, dateTime } from '../values.ts';
import type { ApiRequest } from './message.ts';

export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'Aborted' | 'JobComplete' | 'Failed';

/** A Bulk API 2.0 job, of either kind. */
export interface Job {
  readonly id: string;
  readonly kind: 'V2Query' | 'V2Ingest';
  readonly operation: string;
  readonly object: string;
  readonly createdById: string;
  readonly createdDate: string;
  readonly apiVersion: number;
  readonly externalIdFieldName: string | null;
  state: JobState;
  systemModstamp: string;
  errorMessage: string | null;
  processed: number;
  failed: number;
  /** Query: the result's lines. Ingest: what was uploaded. */
  header: readonly string[];
  lines: string[];
  upload: string;
  successful: string[];
  unsuccessful: string[];
}

export class Jobs {
  readonly #jobs = new Map<string, Job>();
  #serial = 0;

  open(
    request: ApiRequest,
    kind: Job['kind'],
    given: Pick<Job, 'operation' | 'object' | 'externalIdFieldName' | 'state'>,
  ): Job {
    this.#serial += 1;
    const stamp = dateTime(request.org.now());
    const job: Job = {
      ...given,
      kind,
      id: mintId('750', 62 ** 4 * 11 + this.#serial),
      createdById: request.userId,
      createdDate: stamp,
      systemModstamp: stamp,
      apiVersion: Number(request.version),
      errorMessage: null,
      processed: 0,
      failed: 0,
      header: [],
      lines: [],
      upload: '',
      successful: [],
      unsuccessful: [],
    };
    this.#jobs.set(job.id, job);
    return job;
  }

  find(id: string, kind: Job['kind']): Job {
    const job = this.#jobs.get(id);
    if (job === undefined || job.kind !== kind) throw notFound();
    return job;
  }

  remove(job: Job): void {
    this.#jobs.delete(job.id);
  }

  list(kind: Job['kind']): readonly Job[] {
    return [...this.#jobs.values()].filter((job) => job.kind === kind);
  }
}

/** What every job answer has, in the order of the captures; apiVersion is a number. */
export function jobBase(job: Job): Record<string, unknown> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: job.createdDate,
    systemModstamp: job.systemModstamp,
    state: job.state,
    ...(job.externalIdFieldName === null ? {} : { externalIdFieldName: job.externalIdFieldName }),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.apiVersion,
  };
}

/** What a poll adds (recording `bulk2-ingest-jobcomplete-partial`). */
export function jobProgress(job: Job): Record<string, unknown> {
  return {
    ...jobBase(job),
    jobType: job.kind,
    lineEnding: 'LF',
    columnDelimiter: 'COMMA',
    numberRecordsProcessed: job.processed,
    ...(job.kind === 'V2Ingest' ? { numberRecordsFailed: job.failed } : {}),
    retries: 0,
    totalProcessingTime: 0,
    ...(job.kind === 'V2Ingest' ? { apiActiveProcessingTime: 0, apexProcessingTime: 0 } : {}),
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
  };
}

export function csvLine(values: readonly unknown[]): string {
  return values.map((value) => `"${asText(value).replaceAll('"', '""')}"`).join(',');
}
