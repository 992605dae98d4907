/** A refusal in ServiceNow's own words: becomes the error body of an answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly detail: string | null;

  constructor(status: number, message: string, detail: string | null) {
    super(message);
    this.status = status;
    this.detail = detail;
  }
}

export const refusals = {
  // error-401-no-credentials-rec, error-401-bad-credentials-rec: one body for both.
  unauthenticated: () => new Refusal(401, 'User Not Authenticated', 'Required to provide Auth information'),
  // error-400-invalid-table-rec
  invalidTable: (table: string) => new Refusal(400, `Invalid table ${table}`, null),
  // error-404-get-unknown-sys-id-rec, error-404-delete-unknown-sys-id-rec
  noRecord: () => new Refusal(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval"),
  // error-403-insufficient-rights-query-rec
  queryRights: () =>
    new Refusal(
      403,
      'Insufficient rights to query records',
      'Field(s) present in the query do not have permission to be read',
    ),
  // error-403-acl-insert-rec, error-403-acl-update-rec
  acl: (act: 'Insert' | 'Update' | 'Delete') =>
    new Refusal(403, 'Operation Failed', `ACL Exception ${act} Failed due to security constraints`),
  // error-403-api-acl-rec
  apiAcl: () => new Refusal(403, 'User Not Authorized', 'Failed API level ACL Validation'),
  // error-403-oauth-client-securely-scoped-rec
  unscoped: () => new Refusal(403, 'User Not Authorized', 'Access to unscoped api is not allowed'),
  // error-403-data-policy-resolve-rec: labels, not column names.
  dataPolicy: (labels: readonly string[]) =>
    new Refusal(
      403,
      'Operation Failed',
      `Data Policy Exception: \n\tThe following fields are mandatory: ${labels.join(', ')}`,
    ),
  // error-403-business-rule-rec
  businessRule: (table: string, rule: string, id: string) =>
    new Refusal(
      403,
      'Operation Failed',
      `Operation against file '${table}' was aborted by Business Rule '${rule}^${id}'. Business Rule Stack:${rule}`,
    ),
  // error-400-payload-too-large-kb0747638-rec; malformed JSON is said to land on the same message.
  unreadable: (detail: string) => new Refusal(400, 'Exception while reading request', detail),
  // error-500-insert-committed-rec
  cancelled: () =>
    new Refusal(
      500,
      'Transaction cancelled: maximum execution time exceeded',
      'Transaction cancelled: maximum execution time exceeded. Check logs for error trace.',
    ),
  // That the unique key refuses it is known, the answer is not: the words of any refused insert, in the status of one.
  duplicate: (id: string) =>
    new Refusal(403, 'Operation Failed', `Error during insert of record ${id}: unique key violation`),
  // error-406-octet-stream-only-rec gives the sentence.
  notAcceptable: () =>
    new Refusal(406, 'Not Acceptable', 'Supported response media types for this service are: [application/json]'),
  // Status from r_RESTAPIHTTPResponseCodes; the words are not recorded anywhere.
  mediaType: (type: string) => new Refusal(415, 'Unsupported Media Type', `Media type ${type} is not supported`),
  // Status from r_RESTAPIHTTPResponseCodes, text as seen by clients.
  noResource: () => new Refusal(400, 'Requested URI does not represent any resource', null),
  missingParameter: () =>
    new Refusal(400, 'Missing parameter', 'table_name, table_sys_id, file_name and Content-Type are required'),
  fileRefused: (why: string) => new Refusal(403, 'Operation Failed', `Attachment refused: ${why}`),
  method: () => new Refusal(405, 'Method not supported', null),
} as const;
