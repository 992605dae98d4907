import { type OptionName, isSecret, optionOf } from '../../../config/options.ts';

/** Answers so far, by setting; a secret may be there by its file's name instead (`NAME_FILE`). */
export type Answers = ReadonlyMap<string, string>;

/** One setting that `init` asks for. */
export interface Question {
  readonly name: OptionName;
  readonly prompt: string;
  /** Taken where nothing is said. Without one, the question has to be answered. */
  readonly usual?: string;
  /** Asked only where the login wants it. */
  readonly when?: { readonly name: OptionName; readonly is: readonly string[] };
  /** A key lives in a file, so its path is asked for and written as `NAME_FILE`. */
  readonly byFile?: true;
}

const servicenowBy = (...is: readonly string[]) => ({ name: 'SERVICENOW_AUTH', is }) as const;
const salesforceBy = (...is: readonly string[]) => ({ name: 'SALESFORCE_AUTH', is }) as const;

/** In the order they are asked. Everything else has a default that suits a first run. */
export const questions: readonly Question[] = [
  { name: 'SERVICENOW_URL', prompt: 'Address of the ServiceNow instance (https://dev12345.service-now.com)' },
  { name: 'SERVICENOW_AUTH', prompt: 'How to log in to ServiceNow', usual: 'client_credentials' },
  { name: 'SERVICENOW_CLIENT_ID', prompt: 'ServiceNow client id' },
  { name: 'SERVICENOW_CLIENT_SECRET', prompt: 'ServiceNow client secret (not shown)' },
  { name: 'SERVICENOW_USERNAME', prompt: 'ServiceNow user', when: servicenowBy('password') },
  { name: 'SERVICENOW_PASSWORD', prompt: 'Password of that user (not shown)', when: servicenowBy('password') },
  {
    name: 'SERVICENOW_PRIVATE_KEY',
    prompt: 'File of the private key for ServiceNow (PEM)',
    when: servicenowBy('jwt_bearer'),
    byFile: true,
  },
  { name: 'SERVICENOW_KEY_ID', prompt: 'Key id (kid) of the verifier map', when: servicenowBy('jwt_bearer') },
  { name: 'SERVICENOW_SUBJECT', prompt: 'User we act as in ServiceNow (sub)', when: servicenowBy('jwt_bearer') },
  { name: 'SALESFORCE_LOGIN_URL', prompt: 'Address of the Salesforce org (https://acme.my.salesforce.com)' },
  { name: 'SALESFORCE_AUTH', prompt: 'How to log in to Salesforce', usual: 'client_credentials' },
  { name: 'SALESFORCE_CLIENT_ID', prompt: 'Salesforce consumer key' },
  {
    name: 'SALESFORCE_CLIENT_SECRET',
    prompt: 'Salesforce consumer secret (not shown)',
    when: salesforceBy('client_credentials'),
  },
  {
    name: 'SALESFORCE_CLIENT_SECRET',
    prompt: 'Salesforce consumer secret, if the app wants one (not shown)',
    usual: '',
    when: salesforceBy('authorization_code'),
  },
  { name: 'SALESFORCE_USERNAME', prompt: 'User we act as in Salesforce', when: salesforceBy('jwt_bearer') },
  {
    name: 'SALESFORCE_PRIVATE_KEY',
    prompt: 'File of the private key for Salesforce (PEM)',
    when: salesforceBy('jwt_bearer'),
    byFile: true,
  },
  { name: 'DATABASE_URL', prompt: 'Address of a Postgres (not shown; empty: the one that comes along)', usual: '' },
];

/** Settings that a flag can answer, each once. */
export const flagNames: readonly OptionName[] = [...new Set(questions.map(({ name }) => name))];

export function isAsked({ when }: Question, answers: Answers): boolean {
  return when === undefined || when.is.includes(answers.get(when.name) ?? '');
}

/** `--servicenow-client-secret`. */
export function flagOf(name: OptionName): string {
  return `--${name.toLowerCase().replaceAll('_', '-')}`;
}

/** Flags that take a setting: itself, and for a secret its file, which a list of processes does not show. */
export function flagsOf(name: OptionName): readonly { readonly flag: string; readonly setting: string }[] {
  const itself = { flag: flagOf(name), setting: name };
  const byFile = { flag: `${flagOf(name)}-file`, setting: `${name}_FILE` };
  if (optionOf(name).kind.type === 'pem') return [byFile];
  return isSecret(optionOf(name)) ? [itself, byFile] : [itself];
}
