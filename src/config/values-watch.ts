import { isLoopback } from './loopback.ts';
import type { Checked } from './values.ts';

/** A whole address: https, or http on this machine. */
export function checkAddress(text: string): Checked {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { wrong: 'is not an address; write it like "https://host/path"' };
  }
  if (url.username !== '' || url.password !== '') return { wrong: 'must not carry a user name or password' };
  if (url.hash !== '') return { wrong: 'must not carry a # part, which is never sent' };
  if (url.protocol === 'http:' && !isLoopback(url.origin)) {
    return { wrong: 'must begin with https: (http: is for this machine only)' };
  }
  return { ok: url.href };
}

/** A mail server. What a query could switch off, such as the check of certificates, is refused with the query. */
export function checkSmtp(text: string): Checked {
  const url = URL.parse(text);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    return { wrong: 'is not a mail server; write it like "smtp://user:password@host:587"' };
  }
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    return { wrong: 'must end after the host and its port' };
  }
  return { ok: text };
}

const mailbox = /^[^\s@,<>"]{1,64}@[^\s@,<>"]{1,255}$/;

export function checkMailboxes(text: string): Checked {
  const boxes = text.split(',').map((part) => part.trim());
  if (boxes.every((box) => mailbox.test(box))) return { ok: boxes.join(',') };
  return { wrong: 'is not a list of e-mail addresses; write it like "desk@example.com,oncall@example.com"' };
}
