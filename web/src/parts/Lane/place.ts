export interface Span {
  fromMs: number;
  toMs: number;
}

/** Where an instant lies in a span, 0 to 1; what lies outside is put on the nearer end. */
export function place({ fromMs, toMs }: Span, atMs: number): number {
  return Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
}

export function percentOf(span: Span, atMs: number): string {
  return `${(place(span, atMs) * 100).toFixed(3)}%`;
}

const HOUR_MS = 3_600_000;
const IST_HALF_HOUR_MS = 1_800_000;

/** The full hours in India within a span. */
export function hoursOf({ fromMs, toMs }: Span): number[] {
  // India's full hours are half hours of UTC.
  const first = Math.ceil((fromMs - IST_HALF_HOUR_MS) / HOUR_MS) * HOUR_MS + IST_HALF_HOUR_MS;
  const hours: number[] = [];
  for (let hour = first; hour <= toMs; hour += HOUR_MS) hours.push(hour);
  return hours;
}
