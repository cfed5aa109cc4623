import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver of webhooks was sent. */
export interface Received {
  type: string;
  data: { title: string; repeated: boolean };
}

export interface Receiver {
  url: string;
  /** In the order in which they came. */
  received: readonly Received[];
  /** The status of its answers from now on. */
  answer(status: number): void;
  stop(): Promise<void>;
}

/** Takes messages on a free port of this machine, and answers 204 until it is told otherwise. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let status = 204;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => {
      text += piece;
    });
    request.on('end', () => {
      const message: Received = JSON.parse(text);
      received.push(message);
      response.writeHead(status).end();
    });
  });
  const port = await new Promise<number>((listens, fails) => {
    server.once('error', fails);
    server.listen(0, '127.0.0.1', () => listens((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: (next) => {
      status = next;
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}
