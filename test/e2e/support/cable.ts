import { connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a server that can be cut and mended: what is behind it seems to be down meanwhile. */
export interface Cable {
  /** The server's address, through this line. */
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on nothing comes through, either way, and neither end is told: the line is half open. */
  freeze(): void;
  /** What was held back comes through. */
  thaw(): void;
}

export async function layCable(to: string): Promise<Cable> {
  const { hostname, port } = new URL(to);
  /** Each end with the one across. */
  const sockets = new Map<Socket, Socket>();
  let server: Server;
  let own = 0;
  let frozen = false;

  const mend = async (): Promise<void> => {
    server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.set(socket, other);
        // A cut line has nothing to report: its end is what the test is about.
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        if (!frozen) socket.pipe(other);
      }
    });
    await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
    const address = server.address();
    own = typeof address === 'object' && address !== null ? address.port : own;
  };
  await mend();
  return {
    url: Object.assign(new URL(to), { port: String(own) }).href,
    mend,
    freeze: () => {
      frozen = true;
      for (const [socket, other] of sockets) socket.unpipe(other).pause();
    },
    thaw: () => {
      frozen = false;
      for (const [socket, other] of sockets) socket.pipe(other);
    },
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets.keys()) socket.destroy();
      await closed;
    },
  };
}
