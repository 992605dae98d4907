import { Writable } from 'node:stream';

/** A stream that remembers. */
export function memo(): { readonly stream: Writable; written(): string } {
  let text = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  return { stream, written: () => text };
}

/** Every way of writing a secret that a search has to know. */
export function spellingsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1),
    Buffer.from(secret).toString('base64url').slice(0, -1),
  ];
}

/** What a terminal would obey: anything but printable characters and line ends. */
// oxlint-disable-next-line no-control-regex -- these are the characters in question
export const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

/** Titles and names that try to move the cursor, paint, rename the window, answer for the user, or turn the line round. */
export const terminalTricks = [
  '\u001b[2J\u001b[H all gone',
  '\u001b]0;renamed\u0007',
  '\u001b]52;c;cm0gLXJm\u0007',
  '\u009b31mC1',
  'a\rSalesforce wins',
  'a\b\b\b\bb',
  'one\ntwo',
  '\u202ecod.exe',
  '\u2066hidden\u2069',
  'nul\u0000',
] as const;

/** The keys that reach into every object where somebody looks them up carelessly. */
export const inherited = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'] as const;
