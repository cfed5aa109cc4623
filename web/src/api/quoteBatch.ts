import type { Quotes } from './schema';

/** Most shares of one question, as the API has it. */
const MOST = 50;
/** From one question to the next: somebody who scrolls on and on asks less often than the API lets one. */
const PAUSE_MS = 200;

interface Batch {
  symbols: Set<string>;
  answer: Promise<Quotes>;
}

/** Puts questions for single shares that come together into one, so that the market is asked once for all rows of a table. */
export class QuoteBatch {
  private open: Batch | null = null;
  private askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ask: (symbols: readonly string[]) => Promise<Quotes>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** The price of one share, in the shape of the API's answer. */
  async of(symbol: string): Promise<Quotes> {
    const { quotes, unpriced } = await this.join(symbol);
    return {
      quotes: quotes.filter((quote) => quote.symbol === symbol),
      unpriced: unpriced.filter((one) => one === symbol),
    };
  }

  private join(symbol: string): Promise<Quotes> {
    if (this.open === null || this.open.symbols.size >= MOST) this.open = this.begin();
    this.open.symbols.add(symbol);
    return this.open.answer;
  }

  private begin(): Batch {
    const symbols = new Set<string>();
    const send = () => {
      if (this.open?.symbols === symbols) this.open = null;
      this.askedAtMs = this.nowMs();
      return this.ask([...symbols].sort());
    };
    const wait = Math.max(0, this.askedAtMs + PAUSE_MS - this.nowMs());
    return { symbols, answer: new Promise((told) => setTimeout(told, wait)).then(send) };
  }
}
