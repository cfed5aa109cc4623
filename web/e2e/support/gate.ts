import { connect, createServer, type Socket } from 'node:net';

/** A door between browser and daemon that can be shut, as when a network or a daemon goes away. */
export interface Gate {
  url: string;
  shut(): void;
  open(): void;
  stop(): Promise<void>;
}

export async function gateTo(target: string): Promise<Gate> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((near) => {
    if (!isOpen) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => other.destroy())
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The gate has no port');
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    shut() {
      isOpen = false;
      drop();
    },
    open() {
      isOpen = true;
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        drop();
      }),
  };
}
