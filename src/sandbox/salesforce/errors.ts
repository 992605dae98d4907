/** One entry of a REST error answer. `fields` is there on save errors, and absent on parse, lookup and session errors. */
export interface ErrorEntry {
  readonly message: string;
  readonly errorCode: string;
  readonly fields?: readonly string[];
}

/** An error answer of the REST API: an HTTP status and an array of entries. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly entries: readonly ErrorEntry[];

  constructor(status: number, entries: readonly ErrorEntry[]) {
    super(entries.map((entry) => `${entry.errorCode}: ${entry.message}`).join('; '));
    this.status = status;
    this.entries = entries;
  }
}

/** An error answer with a single entry. */
export function refuse(status: number, errorCode: string, message: string, fields?: readonly string[]): ApiError {
  return new ApiError(status, [fields === undefined ? { message, errorCode } : { message, errorCode, fields }]);
}

/** Recordings `describe-404-not-found` and `composite-subrequest-404-not-found`. */
export function notFound(): ApiError {
  return refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
}

/** Recording `external-id-404-not-found`: the last path segment could not be resolved. */
export function unresolved(segment: string): ApiError {
  return refuse(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${segment}`);
}

/** Recordings `batch-404-invalid-cross-reference` (a write to an id that never existed) and `collections-update-invalid-id`. */
export function invalidCrossReference(): ApiError {
  return refuse(404, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
}

/** Recording `delete-404-entity-is-deleted`: the row is in the recycle bin. */
export function entityIsDeleted(): ApiError {
  return refuse(404, 'ENTITY_IS_DELETED', 'entity is deleted', []);
}

/** Recording `write-400-unable-to-lock-row`. */
export function unableToLock(id: string): ApiError {
  return refuse(400, 'UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${id}`, []);
}

/** Recording `rest-403-request-limit`: the rolling 24 h allocation. Salesforce sends no Retry-After. */
export const dailyLimitEntry: ErrorEntry = {
  message: 'TotalRequests Limit exceeded.',
  errorCode: 'REQUEST_LIMIT_EXCEEDED',
};

/** Recording `rest-403-concurrent-requests`. */
export const concurrentLimitEntry: ErrorEntry = {
  message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
  errorCode: 'REQUEST_LIMIT_EXCEEDED',
};

/** Recording `rest-401-invalid-session`. */
export const sessionEntry: ErrorEntry = { message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' };
