import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize, resolve } from 'node:path';

export interface Running {
  url: string;
  stop(): Promise<void>;
}

/** The console that is built into the daemon; with DIST the one that stands in a folder. Ends with the daemon. */
export async function withConsole(daemon: Running): Promise<Running> {
  const folder = process.env.DIST;
  if (!folder) return daemon;
  const site = await serveFolder(resolve(folder), daemon.url);
  const stop = async () => {
    await site.stop();
    await daemon.stop();
  };
  return { url: site.url, stop };
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

const policy = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/**
 * Serves a console that was built and not yet put into the daemon, with the header that the daemon sends, and hands
 * what is below /api on to the daemon.
 */
async function serveFolder(folder: string, daemon: string): Promise<Running> {
  const server = createServer((asked, answer) => {
    if (asked.url?.startsWith('/api')) handOn(asked, answer, daemon);
    else void sendFile(folder, asked.url ?? '/', answer);
  });
  server.on('upgrade', (asked, socket, head) => {
    const { hostname, port } = new URL(daemon);
    const onward = connect(Number(port), hostname, () => {
      onward.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${rawHeaders(asked)}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    const drop = () => {
      onward.destroy();
      socket.destroy();
    };
    for (const end of [onward, socket]) end.on('error', drop).on('close', drop);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The site has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function rawHeaders({ rawHeaders: raw }: IncomingMessage): string {
  const lines = raw.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${raw[at + 1] ?? ''}\r\n`] : [],
  );
  return lines.join('');
}

/** `Host` stays as the browser sent it, so that the daemon sees that `Origin` is the same. */
function handOn(asked: IncomingMessage, answer: ServerResponse, daemon: string): void {
  const { hostname, port } = new URL(daemon);
  const { method, url, headers } = asked;
  const options = { hostname, port, path: url, headers, ...(method !== undefined && { method }) };
  const onward = request(options, (back) => {
    answer.writeHead(back.statusCode ?? 502, back.headers);
    back.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  asked.pipe(onward);
}

async function sendFile(folder: string, url: string, answer: ServerResponse): Promise<void> {
  const path = normalize(new URL(url, 'http://site').pathname);
  const isFile = extname(path) !== '';
  try {
    const bytes = await readFile(join(folder, isFile ? path : 'index.html'));
    const nonce = randomBytes(16).toString('base64');
    answer.writeHead(200, {
      'content-type': TYPES[isFile ? extname(path) : '.html'] ?? 'application/octet-stream',
      'content-security-policy': policy(nonce),
    });
    answer.end(isFile ? bytes : bytes.toString().replace('__CSP_NONCE__', nonce));
  } catch {
    answer.writeHead(404).end();
  }
}
