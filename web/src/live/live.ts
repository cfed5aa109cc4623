import type { QueryClient } from '@tanstack/react-query';
import { readCalendarNow } from '../api/calendar';
import { askFailedAgain } from '../api/queries';
import { noteAway } from '../api/reach';
import type { CalendarNow } from '../api/schema';
import { MarketClock } from './clock';
import { Gatherer } from './gatherer';
import type { LiveEvent } from './messages';
import { PriceFeed } from './priceFeed';
import { checkSession, sessionEnded } from './session';
import { Store } from './store';
import { type Socket, Stream, type StreamState } from './stream';

/** The phase changes at set times; this catches a clock that was set or a daemon that was away. */
const CLOCK_READ_MS = 30_000;
/** Without a stream pages are shown after this long all the same. */
const LATEST_READY_MS = 700;
const SECOND_READING_MS = 1000;

export type EventListener = (event: LiveEvent) => void;

/** What a tab hears of the daemon: one stream, one clock, and the prices of what it shows. */
export class Live {
  readonly clock = new MarketClock();
  readonly state = new Store<StreamState>('connecting');
  /** The exchange as the daemon last told it; null before that. */
  readonly calendar = new Store<CalendarNow | null>(null);
  /** Pages are shown only when the stream listens, or is late: what they read before might miss a change. */
  readonly isReady = new Store(false);
  /** By the daemon's clock, when the stream was last live; null while it is. */
  readonly lostAt = new Store<number | null>(null);
  private runs = false;
  private readonly listeners = new Set<EventListener>();
  private readonly gatherer: Gatherer;
  private readonly stream: Stream;
  private readonly prices: PriceFeed;
  private clockTimer: ReturnType<typeof setTimeout> | undefined;
  private readyTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly cache: QueryClient) {
    this.gatherer = new Gatherer(cache);
    this.stream = new Stream({
      open: openSocket,
      onEvent: (event) => this.hear(event),
      onReload: () => this.reload(),
      onState: (state) => this.become(state),
      onSignedOut: () => void this.signedOut(),
    });
    this.prices = new PriceFeed({ open: openSocket, onPrice: (price) => this.gatherer.add(price) });
  }

  start(): void {
    this.runs = true;
    // Somebody has just logged in; what ended before was another session.
    sessionEnded.set(false);
    this.stream.start();
    this.prices.start();
    this.readyTimer = setTimeout(() => this.isReady.set(true), LATEST_READY_MS);
    void this.readClock();
    globalThis.addEventListener('online', this.hurry);
    document.addEventListener('visibilitychange', this.look);
  }

  stop(): void {
    this.runs = false;
    this.stream.stop();
    this.prices.stop();
    this.state.set('connecting');
    this.lostAt.set(null);
    this.gatherer.stop();
    clearTimeout(this.clockTimer);
    clearTimeout(this.readyTimer);
    this.isReady.set(false);
    globalThis.removeEventListener('online', this.hurry);
    document.removeEventListener('visibilitychange', this.look);
  }

  /** Hears each event as it comes, for what is no row of a list, such as the lines of a log. */
  listen(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Has the prices of these shares told until the answer is called; they are written into what was read. */
  wantPrices(symbols: readonly string[]): () => void {
    return this.prices.want(symbols);
  }

  /** After a log-in over the page: reads what is shown again, and never repeats a write. */
  resume(): void {
    sessionEnded.set(false);
    this.stream.hurry();
    this.prices.hurry();
    this.reload();
  }

  private readonly hurry = (): void => {
    this.stream.hurry();
    this.prices.hurry();
    void this.readClock();
  };

  private readonly look = (): void => {
    if (document.visibilityState === 'visible') this.hurry();
  };

  private hear(event: LiveEvent): void {
    this.gatherer.add(event);
    for (const listener of this.listeners) listener(event);
  }

  private reload(clockToo = true): void {
    if (!this.isReady.get()) return;
    // What is being read was asked for a moment ago at most.
    void this.cache.invalidateQueries({}, { cancelRefetch: false });
    if (clockToo) void this.readClock();
  }

  private become(state: StreamState): void {
    noteAway(state === 'lost');
    if (state === 'live') {
      this.lostAt.set(null);
      // A stream that goes on where it was reloads nothing, yet reads may have failed meanwhile.
      askFailedAgain(this.cache);
    } else if (this.lostAt.get() === null && this.clock.isSet) this.lostAt.set(this.clock.nowMs());
    this.state.set(state);
    this.isReady.set(true);
  }

  private async signedOut(): Promise<void> {
    const holds = await checkSession(this.cache);
    // After a log-out the page is gone and there is nobody to ask.
    if (!this.runs) return;
    if (holds) this.hurry();
    else sessionEnded.set(true);
  }

  private async readClock(): Promise<void> {
    clearTimeout(this.clockTimer);
    let wait = CLOCK_READ_MS;
    try {
      const sentMs = performance.now();
      const now = await readCalendarNow();
      this.clock.set({
        ...paceOf(now),
        daemonMs: Date.parse(now.now_at),
        sentMs,
        receivedMs: performance.now(),
      });
      this.calendar.set(now);
      // A daemon that answers without a stream, as with too many of them open: what is shown is asked for now and then.
      if (this.state.get() === 'lost') this.reload(false);
      else askFailedAgain(this.cache);
      if (!this.clock.isPaceKnown) wait = SECOND_READING_MS;
    } catch {
      // The band under the header says that the daemon does not answer; the clock ticks on meanwhile.
    }
    clearTimeout(this.clockTimer);
    if (!this.runs) return;
    this.clockTimer = setTimeout(() => void this.readClock(), wait);
  }
}

function paceOf(now: object): { speed?: number } {
  return 'speed' in now && typeof now.speed === 'number' ? { speed: now.speed } : {};
}

function openSocket(query: string): Socket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const opened = new WebSocket(`${scheme}://${location.host}/api/v1/live${query}`);
  const socket: Socket = { onmessage: null, onclose: null, close: () => opened.close() };
  opened.onmessage = (event) => socket.onmessage?.(event);
  opened.onclose = (event) => socket.onclose?.(event);
  return socket;
}
