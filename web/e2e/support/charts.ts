import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A source of prices over the net, on this machine. */
export interface Charts {
  url: string;
  /** The shares that were asked for, in order. */
  asked: readonly string[];
  /** Answers for a share with this status from now on; without one as it should. */
  fail(symbol: string, status?: number): void;
  stop(): Promise<void>;
}

const DAY_S = 86_400;
/** 09:15 in India, in seconds after midnight in Greenwich. */
const OPEN_S = 13_500;
const SATURDAY = 6;

/** Has bars at a hundred rupees of every weekday, of these shares. */
export async function startCharts(shares: readonly string[]): Promise<Charts> {
  const asked: string[] = [];
  const failing = new Map<string, number>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://charts');
    const name = decodeURIComponent(pathname.split('/').at(-1) ?? '');
    const symbol = name.replace('.NS', '');
    asked.push(symbol);
    const status = failing.get(symbol);
    const answer = (code: number, chart: object) =>
      response
        .writeHead(code, { 'content-type': 'application/json' })
        .end(JSON.stringify({ chart }));
    if (status !== undefined) return void response.writeHead(status).end('Will be right back');
    if (!shares.includes(symbol)) {
      const description = 'No data found, symbol may be delisted';
      return void answer(404, { result: null, error: { code: 'Not Found', description } });
    }
    const stamps = opens(Number(searchParams.get('period1')), Number(searchParams.get('period2')));
    const interval = searchParams.get('interval') ?? '1d';
    answer(200, {
      result: [chartOf(name, interval, interval === '1d' ? stamps : [])],
      error: null,
    });
  });
  const port = await new Promise<number>((listens, fails) => {
    server.once('error', fails);
    server.listen(0, '127.0.0.1', () => listens((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    fail: (symbol, status) => {
      if (status === undefined) failing.delete(symbol);
      else failing.set(symbol, status);
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

/** When trading opened on the weekdays between two times, in seconds; nothing of the future. */
function opens(from: number, to: number): number[] {
  const stamps: number[] = [];
  const end = Math.min(to, Date.now() / 1000);
  for (let day = Math.floor(from / DAY_S) * DAY_S; day < end; day += DAY_S) {
    const weekday = new Date(day * 1000).getUTCDay();
    const stamp = day + OPEN_S;
    if (weekday !== 0 && weekday !== SATURDAY && stamp >= from && stamp < end) stamps.push(stamp);
  }
  return stamps;
}

function chartOf(symbol: string, dataGranularity: string, timestamp: readonly number[]) {
  const meta = { currency: 'INR', symbol, dataGranularity };
  if (timestamp.length === 0) return { meta, indicators: { quote: [{}] } };
  const price = timestamp.map(() => 100);
  const volume = timestamp.map(() => 1_000);
  const quote = { open: price, high: price, low: price, close: price, volume };
  return { meta, timestamp, indicators: { quote: [quote] } };
}
