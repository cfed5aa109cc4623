import { capital } from './text';

// Reasons, actions and the like arrive as stable codes such as `rsi_exit`.

const SHORT = /\b(amo|ema|eod|gtt|ltp|nse|pnl|rsi|sma)(\d*)\b/g;

/** `rsi_exit` as people write it: RSI exit. */
export function codeWords(code: string): string {
  return code
    .replaceAll('_', ' ')
    .replace(/\breentry\b/g, 're-entry')
    .replace(SHORT, (short) => short.toUpperCase());
}

/** The same at the beginning of a sentence. */
export function codeTitle(code: string): string {
  return capital(codeWords(code));
}
