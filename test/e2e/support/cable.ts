import { connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a server that can be cut and mended: what is behind it seems to be down meanwhile. */
export interface Cable {
  /** The server's address, through this line. */
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function layCable(to: string): Promise<Cable> {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  let server: Server;
  let own = 0;

  const mend = async (): Promise<void> => {
    server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        // A cut line has nothing to report: its end is what the test is about.
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
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
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
