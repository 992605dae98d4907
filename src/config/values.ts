import { createPrivateKey } from 'node:crypto';
import { validate } from 'node-cron';
import { isLoopback } from './loopback.ts';
import type { OptionKind } from './options.ts';
import { checkAddress, checkMailboxes, checkSmtp } from './values-watch.ts';

/** A value as checked, or what is wrong with it. The value itself is never part of the words: it may be a secret. */
export type Checked = { readonly ok: string } | { readonly wrong: string };

/** Checks a setting's text and brings it into its one form: origins without a path, numbers without blanks. */
export function checkValue(kind: OptionKind, text: string): Checked {
  switch (kind.type) {
    case 'origin':
      return checkOrigin(text);
    case 'origins':
      return checkOrigins(text);
    case 'address':
      return checkAddress(text);
    case 'smtp':
      return checkSmtp(text);
    case 'mailboxes':
      return checkMailboxes(text);
    case 'database':
      return checkDatabase(text);
    case 'key':
      return checkKey(text);
    case 'pem':
      return checkPem(text);
    case 'cron':
      return validate(text) ? { ok: text } : { wrong: 'is not a node-cron expression; write it like "*/10 * * * * *"' };
    case 'number':
      return checkNumber(kind, text);
    case 'choice':
      return kind.choices.includes(text) ? { ok: text } : { wrong: `is none of ${kind.choices.join(', ')}` };
    case 'flag':
      return text === '1' || text === '0' ? { ok: text } : { wrong: 'is neither 1 nor 0' };
    case 'text':
    case 'secret':
    case 'path':
      return { ok: text };
  }
}

function checkOrigin(text: string): Checked {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return { wrong: 'is not an address; write it like "https://host"' };
  if (url.username !== '' || url.password !== '') return { wrong: 'must not carry a user name or password' };
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return { wrong: `must end after the host name: "${url.origin}"` };
  }
  if (url.protocol === 'http:' && !isLoopback(url.origin)) {
    return { wrong: 'must begin with https: (http: is for this machine only)' };
  }
  return { ok: url.origin };
}

function checkOrigins(text: string): Checked {
  const checked = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(checkOrigin);
  const wrong = checked.find((one) => 'wrong' in one);
  return wrong ?? { ok: checked.flatMap((one) => ('ok' in one ? [one.ok] : [])).join(',') };
}

function checkDatabase(text: string): Checked {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    return { wrong: 'is not a Postgres address; write it like "postgresql://user@host:5432/name"' };
  }
  if (url.pathname.length < 2) return { wrong: 'names no database; add "/casebridge" after the host' };
  return { ok: text };
}

function checkKey(text: string): Checked {
  const bytes = Buffer.from(text, 'base64');
  const same = bytes.toString('base64').replaceAll('=', '') === text.replaceAll('=', '');
  if (bytes.length === 32 && same) return { ok: text };
  return { wrong: 'is not 32 bytes in base64; "casebridge keygen" prints one that is' };
}

function checkPem(text: string): Checked {
  // A PEM in one line of an environment often has its line ends written as \n.
  const pem = text.includes('\n') ? text : text.replaceAll('\\n', '\n');
  try {
    const type = createPrivateKey(pem).asymmetricKeyType;
    return type === 'rsa' ? { ok: pem } : { wrong: `is a key of type ${String(type)}; an RSA key is needed (RS256)` };
  } catch {
    return { wrong: 'is not a private key in PEM form without a passphrase ("-----BEGIN PRIVATE KEY-----")' };
  }
}

function checkNumber(kind: Extract<OptionKind, { type: 'number' }>, text: string): Checked {
  const value = /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  const fits = value >= kind.min && value <= kind.max && (!kind.whole || Number.isInteger(value));
  if (fits) return { ok: String(value) };
  return { wrong: `is not a ${kind.whole ? 'whole ' : ''}number from ${kind.min} to ${kind.max}` };
}
