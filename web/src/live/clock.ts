import type { Clock } from '../format/clock';

/** What one question to the daemon tells: its time, and when by `performance.now()` that was so. */
export interface ClockReading {
  daemonMs: number;
  sentMs: number;
  receivedMs: number;
  /** How many of the daemon's seconds pass in one real one, where the daemon says so. */
  speed?: number;
}

/** Two answers that lie closer together say too little about the speed. */
const LEAST_APART_MS = 800;
/** A clock that runs within this of real time is real time. */
const NEARLY_REAL = 0.05;

/**
 * The daemon's time, ticking between its answers by `performance.now()`. In a demonstration it runs faster than real
 * time and in a simulation it may jump, so a shown time never comes from the browser's clock.
 */
export class MarketClock implements Clock {
  private base: { daemonMs: number; realMs: number } | null = null;
  private pace = 1;

  constructor(private readonly real: () => number = () => performance.now()) {}

  get isSet(): boolean {
    return this.base !== null;
  }

  /** Daemon's seconds in a real second. */
  get speed(): number {
    return this.pace;
  }

  /** Whether the speed is known, and not only presumed to be real time. */
  isPaceKnown = false;

  set(reading: ClockReading): void {
    const { daemonMs, sentMs, receivedMs, speed } = reading;
    const realMs = (sentMs + receivedMs) / 2;
    if (speed !== undefined) this.learn(speed);
    else this.guess(daemonMs, realMs);
    if (!this.isPaceKnown && this.base) return;
    this.base = { daemonMs, realMs };
  }

  nowMs(): number {
    if (!this.base) return 0;
    return this.base.daemonMs + (this.real() - this.base.realMs) * this.pace;
  }

  private learn(speed: number): void {
    this.pace = speed;
    this.isPaceKnown = true;
  }

  private guess(daemonMs: number, realMs: number): void {
    if (!this.base) return;
    const passed = realMs - this.base.realMs;
    if (passed < LEAST_APART_MS) return;
    const seen = (daemonMs - this.base.daemonMs) / passed;
    this.learn(Math.abs(seen - 1) < NEARLY_REAL ? 1 : Math.max(0, seen));
  }
}
