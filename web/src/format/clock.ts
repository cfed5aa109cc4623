/** The exchange's clock: the time that everything shown is measured by. */
export interface Clock {
  /** Milliseconds since 1970 by the daemon's clock. */
  nowMs(): number;
}
