import { isSymbol } from '../format/symbols';
import type { PriceMessage } from './messages';
import { type Socket, Stream } from './stream';

/** A stream names no more shares than this; the prices of the others are as old as what was read. */
const MOST_SYMBOLS = 50;
/**
 * From one page to the next the shares change twice, and in a list that is scrolled on and on: the stream is opened anew once
 * they have stayed the same for this long.
 */
const SETTLE_MS = 300;

export interface PriceFeedSettings {
  open(query: string): Socket;
  onPrice(price: PriceMessage): void;
}

/**
 * The prices of the shares that are shown: a stream of its own, open while there are any. What is asked for cannot be changed
 * on an open stream, and the tab's other one is not to be broken whenever a page shows other shares.
 */
export class PriceFeed {
  private readonly wanted = new Map<string, number>();
  private named = '';
  private stream: Stream | null = null;
  private runs = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly settings: PriceFeedSettings) {}

  start(): void {
    this.runs = true;
    this.settle();
  }

  stop(): void {
    this.runs = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.close();
  }

  /** Tries at once: the network is back, the tab is looked at again, or somebody has logged in. */
  hurry(): void {
    this.stream?.hurry();
  }

  /** Wants the prices of these shares until the answer is called. */
  want(named: readonly string[]): () => void {
    // One that can be none would have the whole stream refused, again and again.
    const symbols = named.filter(isSymbol);
    for (const symbol of symbols) this.count(symbol, 1);
    this.settle();
    return () => {
      for (const symbol of symbols) this.count(symbol, -1);
      this.settle();
    };
  }

  private count(symbol: string, more: number): void {
    const count = (this.wanted.get(symbol) ?? 0) + more;
    if (count > 0) this.wanted.set(symbol, count);
    else this.wanted.delete(symbol);
  }

  private settle(): void {
    clearTimeout(this.timer);
    if (this.runs) this.timer = setTimeout(() => this.follow(), SETTLE_MS);
  }

  private follow(): void {
    this.timer = undefined;
    const named = [...this.wanted.keys()].sort().slice(0, MOST_SYMBOLS).join(',');
    if (named === this.named) return;
    this.close();
    this.named = named;
    if (named === '') return;
    this.stream = new Stream({
      open: this.settings.open,
      filter: `?types=quote&symbols=${encodeURIComponent(named)}`,
      onPrice: this.settings.onPrice,
      // The tab's other stream sees to all of these.
      onEvent: () => undefined,
      onReload: () => undefined,
      onState: () => undefined,
      onSignedOut: () => undefined,
    });
    this.stream.start();
  }

  private close(): void {
    this.stream?.stop();
    this.stream = null;
    this.named = '';
  }
}
