import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { BINARY, ended } from './daemon';

/** Is built with the daemon and stands beside it. */
const PROGRAM = join(dirname(BINARY), 'kotak-sim');

/** What a log-in at the fake takes. */
export interface KotakAccount {
  access_token: string;
  mobile: string;
  ucc: string;
  mpin: string;
  totp_secret: string;
}

/** A call that trades, as the fake keeps it. */
export interface Arrival {
  call: string;
  effect: string;
  answer: string;
}

/** What an account of the fake truly has. */
export interface Books {
  orders: { symbol: string; from_app: boolean }[];
}

/** The fake of the broker Kotak Neo (`tests/kotak-sim`), as a process of its own. Its time stands still. */
export interface FakeKotak {
  /** For `--kotak-login`. */
  url: string;
  account: KotakAccount;
  /** Gives a command; the README of the fake has them all. */
  tell(method: 'POST' | 'PUT', path: string, body: unknown): Promise<void>;
  ask<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

/** Starts it at a time of IST such as `2026-11-17 09:15:30`, with one account. */
export async function startKotak(now: string): Promise<FakeKotak> {
  if (!existsSync(PROGRAM)) {
    throw new Error(`There is no fake of the broker at ${PROGRAM}: build it beside the daemon`);
  }
  const arguments_ = ['--now', now, '--account', '7'];
  const child = spawn(PROGRAM, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    await ended(child);
  };
  try {
    const [broker, commands, account] = await firstLines(child.stdout);
    const { url }: { url: string } = JSON.parse(broker);
    const { control }: { control: string } = JSON.parse(commands);
    const send = async (method: string, path: string, body?: unknown) => {
      const headers = { 'content-type': 'application/json' };
      const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
      const answer = await fetch(`${control}${path}`, { method, ...sent });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text;
    };
    return {
      url,
      account: JSON.parse(account),
      tell: async (method, path, body) => void (await send(method, path, body)),
      ask: async (path) => JSON.parse(await send('GET', path)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Told = [broker: string, commands: string, account: string];

/** The lines that it prints once it listens; it prints no more. */
async function firstLines(out: Readable): Promise<Told> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: out })) {
    lines.push(line);
    const [broker, commands, account] = lines;
    if (broker && commands && account) return [broker, commands, account];
  }
  throw new Error(`The fake of the broker ended:\n${lines.join('\n')}`);
}
