import { ConnectorError, type ConnectorErrorData } from '../connectors/errors.ts';
import { oneLine, sideNames } from './words.ts';

/** What went wrong at a side, and what mends it. */
export interface Advice {
  /** Without a full stop. */
  readonly what: string;
  readonly cure: string;
}

/** The connector's error as a sentence with its cure: `what; cure.` */
export function describeConnectorError(error: Pick<ConnectorError, 'kind' | 'data'>): string {
  const { what, cure } = adviceFor(error);
  return `${what}; ${cure}.`;
}

/** Any error in one line, for a log. */
export function describeError(error: Error): string {
  return error instanceof ConnectorError
    ? describeConnectorError(error)
    : oneLine(`${error.name}: ${error.message}`, 300);
}

type Say = (data: ConnectorErrorData, side: string) => Advice;

const manual = (data: ConnectorErrorData): string => `see docs/${data.side}.md`;

const noSuchObject: Say = (data, side) => ({
  what: `${side} has no such ${data.side === 'servicenow' ? 'table' : 'object'}, or hides it from our user${where(data)}`,
  cure: `correct its name in the mapping file, or give our user access (${manual(data)})`,
});

/** A login in the browser that was never made, has run out or was taken back. */
const logInAnew: Say = (data, side) => ({
  what: `${side} has no login of ours that is good${saying(data)}`,
  cure: `log in with "casebridge auth ${data.side}"`,
});

/** By what a person would call the cause, where the connector could tell. */
const byCause: Readonly<Record<string, Say>> = {
  hibernating: (_data, side) => ({
    what: `the ${side} instance is asleep`,
    cure: 'wake it up on developer.servicenow.com (it takes a few minutes); Casebridge goes on by itself',
  }),
  'html-page': (_data, side) => ({
    what: `${side} answered with a web page instead of data`,
    cure: 'check the address in the settings, and whether the instance is being upgraded or sits behind a login page',
  }),
  'wrong-secret': (data, side) => ({
    what: `${side} refused our client id and secret`,
    cure: `check ${prefix(data)}_CLIENT_ID and ${prefix(data)}_CLIENT_SECRET, and the application's own switches (${manual(data)})`,
  }),
  'unscoped-client': (data, side) => ({
    what: `${side} does not let our OAuth client use this interface${where(data)}${saying(data)}`,
    cure: 'the entry is "Securely scoped": make it "Broadly scoped", or bind an auth scope to the Table, Attachment and Batch APIs with GET, POST and PATCH (docs/servicenow.md)',
  }),
  'api-acl': (data, side) => ({
    what: `an ACL of ${side} shuts this interface to our user${where(data)}`,
    cure: 'give our user the role snc_platform_rest_api_access, or the role that the ACL of this API names',
  }),
  'login-timed-out': (_data, side) => ({
    what: `the token endpoint of ${side} answers 504 Gateway Time-out`,
    cure: 'on a hardened instance our user lacks read on oauth_credential and the other OAuth tables: give it a role of its own with those ACLs (docs/servicenow.md); else wait, and try again',
  }),
  'soap-without-jwt': (_data, side) => ({
    what: `${side} gives us JWT access tokens, which its Metadata API takes from version 68.0 on`,
    cure: 'switch "Issue JSON Web Token (JWT)-based access tokens" off in the app for this run, or add the fields by hand (docs/salesforce.md)',
  }),
  'set-up-refused': (data, side) => ({
    what: `${side} did not take this${saying(data)}`,
    cure: 'do it by hand (docs/salesforce.md), where Salesforce shows more',
  }),
  'nobody-to-assign': (_data, side) => ({
    what: `whom the permission set of ${side} is for, or the set itself, could not be found out`,
    cure: 'mend the login of our own user first, then "casebridge doctor --fix" again',
  }),
  'no-rights': (data, side) => ({
    what: `${side} does not let our user do this${where(data)}`,
    cure: `give it the ${data.side === 'servicenow' ? 'roles' : 'permission set'} that docs/${data.side}.md names`,
  }),
  'daily-limit': (_data, side) => ({
    what: `${side} has used up its API calls for today`,
    cure: 'wait for the limit to roll on (24 hours), buy calls, or lower SALESFORCE_DAILY_CALLS_SHARE so that others keep theirs',
  }),
  'lease-lost': (_data, side) => ({
    what: `calls to ${side} were held back: the database did not renew our right to make them in time`,
    cure: 'nothing to do: they are decided anew; if it happens often, look at the database and at the load of this machine',
  }),
  'not-ours': (_data, side) => ({
    what: `what was still to be sent to ${side} was held back: another process may have taken it over meanwhile`,
    cure: 'nothing to do: it is decided anew; if it happens often, look at the database and at the load of this machine',
  }),
  'changed-meanwhile': (_data, side) => ({
    what: `the ticket in ${side} was changed after we had decided to delete it`,
    cure: 'nothing to do: it is looked at anew',
  }),
  'governor-limit': (data, side) => ({
    what: `the org's own automation ran into a limit of ${side} with this record alone${saying(data)}`,
    cure: 'let an administrator look at the triggers and flows of this object; a smaller batch was tried already',
  }),
  untried: (data, side) => ({
    what: `the org's own automation ran into a limit of ${side} with one record after the other, so that the rest was not tried${saying(data)}`,
    cure: 'let an administrator look at the triggers and flows of this object; one record is tried now and then until one passes',
  }),
  'row-locked': (_data, side) => ({
    what: `somebody else is saving this record in ${side}`,
    cure: 'nothing to do: it is tried again shortly',
  }),
  validation: (data, side) => ({
    what: `${side} does not accept the values${fieldsOf(data)}${saying(data)}`,
    cure: 'change the value on the other side, the rule that refuses it, or the mapping; then "casebridge quarantine retry"',
  }),
  'unknown-field': (data, side) => ({
    what: `${side} has no such field, or hides it from our user${fieldsOf(data)}${saying(data)}`,
    cure: `create it or grant access to it (${manual(data)}), or take it out of the mapping file; "casebridge config check" tells`,
  }),
  'unknown-table': noSuchObject,
  'unknown-object': noSuchObject,
  'not-authorised-yet': logInAnew,
  'refresh-refused': logInAnew,
  'authorisation-revoked': logInAnew,
  'batch-forbidden': (_data, side) => ({
    what: `${side} forbids its Batch API to our user`,
    cure: 'nothing to do: records are written one by one; granting access to /api/now/v1/batch makes it cheaper',
  }),
  unreachable: (data, side) => ({
    what: `${side} cannot be reached${saying(data)}`,
    cure: `check the network and ${data.side === 'servicenow' ? 'SERVICENOW_URL' : 'SALESFORCE_LOGIN_URL'}`,
  }),
};

const byKind: Readonly<Record<ConnectorError['kind'], Say>> = {
  NotFound: (data, side) => ({
    what: `${side} has no such record, or hides it from our user${where(data)}`,
    cure: 'look whether it was deleted; "casebridge links unlink" ends the pair',
  }),
  StaleVersion: (_data, side) => ({
    what: `the record changed in ${side} while we were writing`,
    cure: 'nothing to do: it is read again and decided anew',
  }),
  RateLimited: (data, side) => ({
    what: `${side} asks us to slow down${data.retryAfterMs === undefined ? '' : ` for ${Math.ceil(data.retryAfterMs / 1000)} s`}`,
    cure: `nothing to do: we wait; if it happens often, lower ${prefix(data)}_MAX_CONCURRENCY`,
  }),
  Unauthorized: (data, side) => ({
    what: `${side} does not let us in${saying(data)}`,
    cure: `check the credentials and the application behind them (${manual(data)})`,
  }),
  Rejected: (data, side) => ({
    what: `${side} refused the request${fieldsOf(data)}${saying(data)}`,
    cure: 'change the value or the rule that refuses it; then "casebridge quarantine retry"',
  }),
  Unavailable: (data, side) => ({
    what: `${side} does not answer as it should${data.status === undefined ? '' : ` (HTTP ${data.status})`}${saying(data)}`,
    cure: 'nothing to do if it passes: it is tried again; else look at the status page of the instance',
  }),
};

function adviceFor({ kind, data }: Pick<ConnectorError, 'kind' | 'data'>): Advice {
  const say = (data.cause === undefined ? undefined : byCause[data.cause]) ?? byKind[kind];
  return say(data, sideNames[data.side]);
}

function prefix(data: ConnectorErrorData): string {
  return data.side === 'servicenow' ? 'SERVICENOW' : 'SALESFORCE';
}

function fieldsOf(data: ConnectorErrorData): string {
  return data.fields === undefined || data.fields.length === 0 ? '' : ` of ${data.fields.join(', ')}`;
}

function saying(data: ConnectorErrorData): string {
  const words = data.answer ?? data.code;
  return words === undefined || words === '' ? '' : ` ("${oneLine(words, 200)}")`;
}

function where(data: ConnectorErrorData): string {
  return data.request === undefined ? '' : ` (${data.request})`;
}
