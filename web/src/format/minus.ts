export const MINUS = '\u2212';

/** Figures are written with the minus of type, which is as wide as the plus. */
export function properMinus(text: string): string {
  return text.replace('-', MINUS);
}
