import {
  type LiveEvent,
  type Message,
  type PriceMessage,
  readMessage,
  type Start,
} from './messages';

/**
 * `connecting` until the first hello; `live`; `lost` when nothing was heard for long or the socket has closed, while it
 * is tried again; `signed_out` until somebody logs in again.
 */
export type StreamState = 'connecting' | 'live' | 'lost' | 'signed_out';

/** What of a WebSocket is used, so that a test can bring its own. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  close(): void;
}

export interface StreamSettings {
  /** Opens a socket to the daemon with this query, such as `?heartbeats=false&since=7&epoch=a`. */
  open(query: string): Socket;
  /** What is asked for, such as `?types=order`; everything but heartbeats when nothing is said. */
  filter?: string;
  onPrice?(price: PriceMessage): void;
  onEvent(event: LiveEvent): void;
  /** Everything that is shown has to be read anew. */
  onReload(start: Start): void;
  onState(state: StreamState): void;
  /** Closed with 4401: somebody has to log in, unless the session still holds (the rights have changed). */
  onSignedOut(): void;
  random?: () => number;
}

/** The daemon beats every 20 s; one beat and slack, as LIVE.md has it. Coming back costs little. */
export const SILENCE_MS = 30_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/** Signs of life of each service are most of what would come, and one page alone shows them. */
const FILTER = '?heartbeats=false';

const SIGNED_OUT = 4401;
/** The daemon cannot check the session now: it is under strain, so the first try is not at once. */
const CHECK_LATER = 1013;

/** A stream of a tab: it comes back by itself and says when it was away too long. */
export class Stream {
  private socket: Socket | null = null;
  private place: { epoch: string; sequence: number } | null = null;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private state: StreamState = 'connecting';

  constructor(private readonly settings: StreamSettings) {}

  start(): void {
    if (this.socket === null) this.connect();
  }

  stop(): void {
    clearTimeout(this.retry);
    this.drop();
    // Begun again it has to say anew that it is live.
    this.state = 'connecting';
    this.failures = 0;
  }

  /** Tries at once: the network is back, the tab is looked at again, or somebody has logged in. */
  hurry(): void {
    if (this.state === 'live') return;
    clearTimeout(this.retry);
    this.failures = 0;
    this.drop();
    this.connect();
  }

  private connect(): void {
    const place = this.place
      ? `&since=${this.place.sequence}&epoch=${encodeURIComponent(this.place.epoch)}`
      : '';
    const socket = this.settings.open(`${this.settings.filter ?? FILTER}${place}`);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.heard(data);
    socket.onclose = ({ code }) => this.closed(code);
    this.watch();
  }

  private heard(data: unknown): void {
    this.watch();
    const message = readMessage(data);
    if (message) this.take(message);
  }

  private take(message: Message): void {
    switch (message.type) {
      case 'hello': {
        const { epoch, sequence, start } = message;
        // After `resumed` the events that were missed are still to come; their numbers move the place.
        if (start !== 'resumed' || this.place === null) this.place = { epoch, sequence };
        this.failures = 0;
        if (start !== 'resumed') this.settings.onReload(start);
        this.tell('live');
        return;
      }
      case 'quote':
        this.settings.onPrice?.(message);
        return;
      case 'beat':
        this.move(message.sequence);
        return;
      case 'resync':
        this.move(message.sequence);
        this.settings.onReload('resync');
        return;
      default:
        this.move(message.sequence);
        this.settings.onEvent(message);
    }
  }

  private move(sequence: number): void {
    if (this.place) this.place.sequence = sequence;
  }

  private closed(code: number): void {
    this.socket = null;
    clearTimeout(this.silence);
    if (code === SIGNED_OUT) {
      this.tell('signed_out');
      this.settings.onSignedOut();
      return;
    }
    if (code === CHECK_LATER) this.failures = Math.max(this.failures, 2);
    this.tell('lost');
    this.again();
  }

  private again(): void {
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures);
    this.failures += 1;
    // Half of it by chance, so that the tabs of many users do not come back in the same instant.
    const delay = longest * (0.5 + 0.5 * (this.settings.random ?? Math.random)());
    this.retry = setTimeout(() => this.connect(), delay);
  }

  private watch(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.drop();
      this.tell('lost');
      this.again();
    }, SILENCE_MS);
  }

  private drop(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    if (!socket) return;
    this.socket = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private tell(state: StreamState): void {
    if (state === this.state) return;
    this.state = state;
    this.settings.onState(state);
  }
}
