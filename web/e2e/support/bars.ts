import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'playwright-core';
import { inject } from 'vitest';
import type { Bars, PageShare } from '../../src/api/schema';
import { read } from './own';

/** A session of a share; prices in paise. */
export type Bar = Pick<
  Bars['bars'][number],
  'day' | 'open_paise' | 'high_paise' | 'low_paise' | 'close_paise' | 'volume'
>;

/** Sessions of a share: the tasks look back over 200 and more. */
const COUNT = 420;

/** The daily bars of the demonstration's market before a day, oldest first, by symbol. */
export async function barsBefore(day: string): Promise<Map<string, Bar[]>> {
  const client = await request.newContext({
    baseURL: inject('console'),
    storageState: inject('sessions').admin,
  });
  try {
    const shares = await read<PageShare>(client.get('/api/v1/market/symbols?limit=500'));
    const bars = new Map<string, Bar[]>();
    for (const { symbol } of shares.items) {
      const path = `/api/v1/market/candles?symbol=${encodeURIComponent(symbol)}&count=${COUNT}`;
      const found = await read<Bars>(client.get(path));
      bars.set(
        symbol,
        found.bars.filter((bar) => bar.day < day),
      );
    }
    return bars;
  } finally {
    await client.dispose();
  }
}

/** The prices of a bar on those of twice as many shares, as after a bonus of 1:1 that nobody has told. */
export const halved = (bar: Bar): Bar => ({
  ...bar,
  open_paise: half(bar.open_paise),
  high_paise: half(bar.high_paise),
  low_paise: half(bar.low_paise),
  close_paise: half(bar.close_paise),
});

/** In the ticks of the exchange. */
const half = (paise: number) => Math.round(paise / 10) * 5;

/** Writes a file of each share, and answers the folder. */
export async function writeBars(bars: ReadonlyMap<string, readonly Bar[]>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prahari-bars-'));
  for (const [symbol, rows] of bars) {
    await writeFile(join(folder, `${symbol}.csv`), [HEAD, ...rows.map(line), ''].join('\n'));
  }
  return folder;
}

const HEAD = 'date,open,high,low,close,volume';

function line(bar: Bar): string {
  const prices = [bar.open_paise, bar.high_paise, bar.low_paise, bar.close_paise];
  return [bar.day, ...prices.map((paise) => (paise / 100).toFixed(2)), bar.volume].join(',');
}
