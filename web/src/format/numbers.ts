import { MINUS, properMinus } from './minus';

const grouped = new Intl.NumberFormat('en-IN', { maximumFractionDigits: 0 });

/** 1,23,456 */
export function count(value: number): string {
  return properMinus(grouped.format(value));
}

/** 12.35, always with that many digits after the point. */
export function decimal(value: number, digits = 2): string {
  return properMinus(
    value.toLocaleString('en-IN', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
}

/** 12.3 % of a ratio such as 0.123. */
export function percent(ratio: number, digits = 1): string {
  return `${decimal(ratio * 100, digits)} %`;
}

/** +12.3 % or −12.3 %; what rounds to zero has no sign. */
export function percentSigned(ratio: number, digits = 1): string {
  const text = percent(Math.abs(ratio), digits);
  if (Number(Math.abs(ratio * 100).toFixed(digits)) === 0) return text;
  return `${ratio < 0 ? MINUS : '+'}${text}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 812 B, 1.4 MiB */
export function bytes(value: number): string {
  let rest = value;
  let unit = 0;
  while (rest >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? count(rest) : decimal(rest, 1)} ${UNITS[unit] ?? 'B'}`;
}

/** 1 order, 2 orders */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
