import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface MailSink {
  readonly port: number;
  /** Everything that clients said, line by line. */
  readonly said: readonly string[];
}

/** A mail server on this machine, as far as one mail needs it (RFC 5321). `extensions`: what it offers after EHLO. */
export async function openMailSink(extensions: readonly string[] = []): Promise<MailSink> {
  const said: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let inData = false;
    let rest = '';
    socket.write('220 sink ESMTP\r\n');
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        said.push(line);
        if (inData) {
          if (line !== '.') continue;
          inData = false;
          socket.write('250 taken\r\n');
        } else if (/^(EHLO|HELO)/i.test(line)) {
          const offers = ['sink', ...extensions];
          offers.forEach((offer, n) => socket.write(`250${n === offers.length - 1 ? ' ' : '-'}${offer}\r\n`));
        } else if (/^DATA/i.test(line)) {
          inData = true;
          socket.write('354 go on\r\n');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else if (/^STARTTLS/i.test(line)) socket.write('502 not here\r\n');
        else if (/^AUTH/i.test(line)) socket.write('235 welcome\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return { port: (server.address() as AddressInfo).port, said };
}
