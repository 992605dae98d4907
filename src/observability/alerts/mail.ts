import type { Secret } from '../../config/secret.ts';
import { isLoopback } from '../../config/loopback.ts';
import { describeNoticed } from '../describe-alert.ts';
import { oneLine } from '../words.ts';
import type { Channel, Message } from './channel.ts';

export interface MailOptions {
  readonly smtp: Secret;
  readonly from: string;
  readonly to: readonly string[];
}

const longestMs = 20_000;

/** Sends alerts by e-mail. The library is loaded with the first one; nothing leaves unencrypted but towards this machine. */
export function createMail({ smtp, from, to }: MailOptions): Channel {
  return {
    name: 'email',
    send: async (message) => {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport(transportOf(smtp));
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: subjectOf(message),
          text: textOf(message),
          messageId: `<${message.id}@casebridge>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } finally {
        transport.close();
      }
    },
  };
}

function transportOf(smtp: Secret) {
  const url = new URL(smtp.reveal());
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  return {
    // Node wants an IPv6 address without its brackets.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    secure,
    requireTLS: !secure && !isLoopback(`http://${url.host}`),
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    connectionTimeout: longestMs,
    greetingTimeout: longestMs,
    socketTimeout: longestMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function subjectOf({ notices }: Message): string {
  const [first] = notices;
  const more = notices.length > 1 ? ` (and ${notices.length - 1} more)` : '';
  return `[Casebridge] ${first === undefined ? '' : oneLine(describeNoticed(first), 120)}${more}`;
}

function textOf({ notices }: Message): string {
  const lines = notices.map(
    (notice) =>
      `${describeNoticed(notice)}\nsince ${notice.since}${notice.times > 1 ? `, told ${notice.times} times` : ''}`,
  );
  return `${lines.join('\n\n')}\n`;
}
