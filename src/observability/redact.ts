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
  // The lengths are bounded, so that a long text takes a long time once and not for each of its words.
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,250}):[^\s/@]{1,500}@/gi, `$1:${hidden}@`],
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

  // Nearly no text holds any: one look at it decides whether the long way is gone.
  const shapes = secretShapes.map(([shape]) => shape.source);
  const suspicious = new RegExp([...known.map(literal), ...shapes].join('|'), 'i');

  function text(input: string): string {
    if (!suspicious.test(input)) return input;
    const withoutKnown = known.reduce((left, secret) => left.replaceAll(secret, hidden), input);
    return secretShapes.reduce((left, [shape, by]) => left.replaceAll(shape, by), withoutKnown);
  }

  function value(input: unknown, depth = 0): unknown {
    if (typeof input === 'string') return text(input);
    if (typeof input === 'bigint') return String(input);
    if (typeof input !== 'object' || input === null) return input;
    // Bytes would be written as numbers, which no search for a secret finds.
    if (input instanceof Secret || depth > deepest || ArrayBuffer.isView(input)) return hidden;
    if (input instanceof Date) return Number.isNaN(input.getTime()) ? null : input.toISOString();
    if (input instanceof Error) return value({ name: input.name, message: input.message }, depth + 1);
    if (Array.isArray(input)) return input.map((item) => value(item, depth + 1));
    return Object.fromEntries(
      Object.entries(input).map(([name, item]) => [
        text(name),
        secretNames.test(name) ? hidden : value(item, depth + 1),
      ]),
    );
  }

  return { text, value: (input) => value(input) };
}

/** A text as a regular expression that finds it. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/** A short text would be found everywhere; nothing that short is a secret. */
const shortest = 6;

/** Every way a secret is written on its way into a header, a form, an address or JSON. */
function spellings(secret: string): readonly string[] {
  if (secret.length < shortest) return [];
  const lines = secret.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
  const whole = [secret, ...passwordIn(secret)].filter((text) => text.length >= shortest);
  return [
    ...whole.flatMap((text) => [
      text,
      encodeURIComponent(text.toWellFormed()),
      new URLSearchParams([['', text]]).toString().slice(1),
      JSON.stringify(text).slice(1, -1),
      ...inBase64(text),
    ]),
    ...lines,
  ];
}

/** The password of an address (`DATABASE_URL`), as it stands there and as it is meant. */
function passwordIn(secret: string): readonly string[] {
  const url = /^[a-z]+:\/\//i.test(secret) ? URL.parse(secret) : null;
  if (url === null || url.password === '') return [];
  try {
    return [url.password, decodeURIComponent(url.password)];
  } catch {
    return [url.password];
  }
}

/**
 * What base64 makes of a text wherever it stands in a longer one: three shapes, by its place among the groups of three bytes, each
 * without the characters that its neighbours have a part in.
 */
function inBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const shapes = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const url = shapes.map((shape) => shape.replaceAll('+', '-').replaceAll('/', '_'));
  return [...shapes, ...url].filter((shape) => shape.length >= shortest);
}
