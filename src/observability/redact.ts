import { Secret } from '../config/secret.ts';

const hidden = '[redacted]';
const deepest = 8;

/** Names whose values are never written, whoever put them into a log line. */
const secretNames =
  /pass(word|phrase)?$|secret|token|authorization|cookie|assertion|private_?key|api_?key|^code$|session_?id|^sid$/i;

/** Things that look like a credential wherever they stand: bearer headers, JWTs, Salesforce sessions, PEM, passwords in URLs. */
const secretShapes: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|OAuth|Basic)\s+(?=\S*[\d=!.])[\w.~+/!=-]{8,}/gi, `$1 ${hidden}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, hidden],
  [/\b00D\w{12}(\w{3})?![\w.]{20,}/g, hidden],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]+):[^\s/@]+@/gi, `$1:${hidden}@`],
  [/\b(access_token|refresh_token|client_secret|password|assertion|code|sysparm_ck)=[^&\s"']+/gi, `$1=${hidden}`],
];

/** Takes secrets out of texts and of anything made of plain objects and arrays. Built with the secrets that are known by value. */
export interface Redactor {
  readonly text: (text: string) => string;
  readonly value: (value: unknown) => unknown;
}

/** `secrets`: texts to be hidden wherever they turn up, also base64 or percent encoded. */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  const known = [...new Set(secrets.flatMap((secret) => spellings(secret.reveal())))].toSorted(
    (a, b) => b.length - a.length,
  );

  function text(input: string): string {
    const withoutKnown = known.reduce((left, secret) => left.replaceAll(secret, hidden), input);
    return secretShapes.reduce((left, [shape, by]) => left.replaceAll(shape, by), withoutKnown);
  }

  function value(input: unknown, depth = 0): unknown {
    if (typeof input === 'string') return text(input);
    if (typeof input !== 'object' || input === null) return input;
    if (input instanceof Secret || depth > deepest) return hidden;
    if (input instanceof Date) return input.toISOString();
    if (input instanceof Error) return value({ name: input.name, message: input.message }, depth + 1);
    if (Array.isArray(input)) return input.map((item) => value(item, depth + 1));
    return Object.fromEntries(
      Object.entries(input).map(([name, item]) => [name, secretNames.test(name) ? hidden : value(item, depth + 1)]),
    );
  }

  return { text, value: (input) => value(input) };
}

/** A short text would be found everywhere; nothing that short is a secret. */
const shortest = 6;

function spellings(secret: string): readonly string[] {
  if (secret.length < shortest) return [];
  const lines = secret.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, ''), ...lines];
}
