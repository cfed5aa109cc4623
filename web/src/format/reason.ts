import { codeWords } from './codes';
import { rupees } from './money';

/** Codes whose words do not say it by themselves. */
const CODES: Readonly<Record<string, string>> = {
  retry_expired: 'the time to try it again is over',
};

const AMOUNT = /-?\b\d+\.\d{2}\b/g;

/**
 * A reason of the daemon for people. It is kept in the journal as it was written, with amounts as `99051.70 rupees` and what a
 * task decides by its code.
 */
export function reasonText(reason: string): string {
  const told = /\d rupees\b/.test(reason)
    ? reason.replace(AMOUNT, inSign).replace(/(₹[\d,.]+) rupees\b/g, '$1')
    : reason;
  return told.replace(/\b[a-z]+(?:_[a-z0-9]+)+\b/g, (code) => CODES[code] ?? codeWords(code));
}

const inSign = (amount: string) => rupees(Math.round(Number(amount) * 100));
