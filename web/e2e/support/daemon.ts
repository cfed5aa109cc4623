import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The password of every user of a demonstration; the daemon prints it as well. */
export const DEMO_PASSWORD = 'prahari-demo';

/** A debug build simulates the days before its start on a machine that has other work. */
const START_MS = 180_000;
const ADDRESS = /(http:\/\/127\.0\.0\.1:\d+)\//;
/** Comes after the address, and only of a daemon that has no admin. The space tells that all of it has been read. */
const SET_UP = /(http:\/\/127\.0\.0\.1:\d+)\/(#setup=\S+)\s/;

export const BINARY = resolve(
  import.meta.dirname,
  '../..',
  process.env.PRAHARI_BINARY ?? '../target/debug/prahari',
);

export interface Daemon {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
  /** `#setup=TOKEN` of a daemon that has no admin yet. */
  setUp: string | undefined;
  stop(): Promise<void>;
}

/** Always the same days, so that a page looks tomorrow as it does today. */
export const startDemo = (...flags: string[]) =>
  startDaemon(
    ADDRESS,
    '--demo',
    '--seed',
    '7',
    '--users',
    '4',
    '--from',
    '2026-11-17',
    '--history',
    '5',
    ...flags,
  );

export interface Small {
  /** Calendar days that are simulated before it starts. */
  history: number;
  users: number;
  /** Source of its prices, such as `csv:FOLDER`; the made-up market when it is not named. */
  market?: string | undefined;
  /** Whether messages may go to receivers on this machine. */
  localWebhooks?: boolean | undefined;
  /** Further options of the program. */
  flags?: readonly string[] | undefined;
}

/** A small one whose clock goes as the real one, on a Tuesday from 08:55 on: for what changes things for everybody. */
export const startSmall = ({
  history,
  users,
  market = 'synthetic',
  localWebhooks,
  flags = [],
}: Small) =>
  startDaemon(
    ADDRESS,
    '--demo',
    '--seed',
    '7',
    '--users',
    String(users),
    '--from',
    '2026-11-17',
    '--history',
    String(history),
    '--speed',
    '1',
    '--market',
    market,
    ...(localWebhooks ? ['--local-webhooks'] : []),
    ...flags,
  );

/** An empty daemon on the real clock, as after an installation. */
export const startEmpty = () => startDaemon(SET_UP, '--db', 'prahari.db');

/** The same, whose prices come over the net from a server on this machine; the shares stand in a file. */
export const startOnNet = (source: string, shares: string) =>
  startDaemon(
    SET_UP,
    '--db',
    'prahari.db',
    '--market',
    'yahoo',
    '--yahoo-url',
    source,
    '--yahoo-per-minute',
    '60000',
    '--yahoo-symbols',
    shares,
  );

/** An empty one that trades with a fake of the broker, on a fast clock: the open of a Tuesday is seconds after its start. */
export const startForBroker = (login: string, market: string) =>
  startDaemon(
    SET_UP,
    '--db',
    'prahari.db',
    '--from',
    '2026-11-17',
    '--speed',
    '100',
    '--kotak-login',
    login,
    '--market',
    market,
  );

async function startDaemon(printedFirst: RegExp, ...flags: string[]): Promise<Daemon> {
  if (!existsSync(BINARY))
    throw new Error(`There is no daemon at ${BINARY}: build it, or set PRAHARI_BINARY`);
  const folder = await mkdtemp(join(tmpdir(), 'prahari-e2e-'));
  const child = spawn(BINARY, ['serve', '--quiet', '--listen', '127.0.0.1:0', ...flags], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Tests that are broken off do not get to their end.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [, url = '', setUp] = await printed(child, printedFirst);
    return { url, setUp, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for what the daemon prints when it listens. It goes on to be read, or a full pipe would halt the daemon. */
function printed(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((found, fail) => {
    let text = '';
    const timer = setTimeout(
      () => fail(new Error(`The daemon does not listen yet:\n${text}`)),
      START_MS,
    );
    const read = (piece: Buffer) => {
      text = (text + piece.toString()).slice(-20_000);
      const match = pattern.exec(text);
      if (!match) return;
      clearTimeout(timer);
      found(match);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`The daemon ended with ${code}:\n${text}`)));
  });
}

/** Kills a process, and waits for its end. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once('exit', () => done());
    child.kill('SIGKILL');
  });
}
