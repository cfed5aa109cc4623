import type { Signal } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { plural } from '../../format/numbers';
import type { Mark } from '../../format/outcome';

export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Signals' : `Signals of ${name}`),
  list: 'Signals',
  note: 'The analysis publishes them after the close; buy orders and the monitors act on the active ones.',
  onlyOwn: (name: string) =>
    `Only ${name} can turn signals down or take that back: nobody does it for somebody else.`,
  filters: {
    status: 'Status',
    kind: 'Kind',
    symbol: 'Symbol',
    symbolExample: 'such as TCS',
    from: 'From',
    through: 'Through',
  },
  kinds: { buy: 'buy', strong_buy: 'strong buy', reentry: 're-entry', exit: 'exit' },
  columns: {
    chosen: 'Pick',
    day: 'Day',
    symbol: 'Symbol',
    kind: 'Kind',
    status: 'Status',
    why: 'Not traded',
    strength: 'Strength',
    backtest: 'Backtest',
    combined: 'Combined',
    priority: 'Priority',
    rsi: 'RSI',
    close: 'Close ₹',
    ema9: 'EMA9 ₹',
    ema200: 'EMA200 ₹',
    toEma9: 'To EMA9',
    toEma200: 'To EMA200',
    range: 'Buy range ₹',
    buyLow: 'Buy from ₹',
    buyHigh: 'Buy to ₹',
    stop: 'Stop ₹',
    target: 'Target ₹',
    reward: 'Reward to risk',
    volume: 'Mean volume',
    turnover: 'Mean turnover ₹',
    reasons: 'Reasons',
    note: 'Note',
    level: 'RSI level',
    exit: 'Exit reason',
    personal: 'For',
    published: 'Published',
    expires: 'Expires',
    id: 'Number',
  },
  forAll: 'everybody',
  why: 'Why?',
  whyOf: (symbol: string, day: string) => `Why? ${symbol} of ${day}`,
  forYou: 'this user',
  choose: (symbol: string) => `Choose ${symbol}`,
  chosen: (count: number) => `${plural(count, 'signal')} chosen`,
  chooseAll: (count: number) => `Choose all ${count} active`,
  chooseNone: 'Choose none',

  reject: 'Reject',
  rejectTitle: (count: number, symbol: string) =>
    count === 1 ? `Reject the signal for ${symbol}?` : `Reject ${plural(count, 'signal')}?`,
  rejectText: (count: number) =>
    count === 1
      ? 'No task of yours acts on it any more. This can be taken back until it expires.'
      : 'No task of yours acts on them any more. This can be taken back until they expire.',
  reason: 'Reason (kept with the signal)',
  takeBack: 'Take back',
  takeBackTitle: (symbol: string) => `Take back the rejection of ${symbol}?`,
  takeBackText: 'The signal is active again: tasks may act on it at their next run.',
  notAll: (done: number, refused: number, first: string) =>
    `${plural(done, 'signal')} rejected, ${refused} refused: ${first}`,

  saved: 'Saved views',
  save: 'Save this view',
  saveTitle: 'Save this view',
  saveText: 'Its filters, columns and order are kept in this browser.',
  name: 'Name',
  saveButton: 'Save',
  cancel: 'Cancel',
  apply: (name: string) => `Show ${name}`,
  remove: (name: string) => `Remove the view ${name}`,

  noneTitle: 'No signals',
  none: 'Signals stand here when the analysis has run, after the close of each trading day.',
  noneFoundTitle: 'No signal fits',
  noneFound: 'No signal fits these filters.',
  clear: 'Clear filters',
} as const;

export const STATUSES: Readonly<Record<Signal['status'], Mark>> = {
  active: { shape: 'target', word: 'active', token: 'accent' },
  traded: { shape: 'disc', word: 'traded', token: 'accent' },
  rejected: { shape: 'cross', word: 'rejected', token: 'skip' },
  failed: { shape: 'triangle', word: 'failed', token: 'bad' },
  expired: { shape: 'bar', word: 'expired', token: 'skip' },
};

export function kindWords(signal: Signal): string {
  if (signal.kind === 'reentry') return `re-entry at RSI ${signal.reentry_level ?? '–'}`;
  if (signal.kind === 'exit') return `exit: ${codeWords(signal.exit_reason ?? '')}`;
  return codeWords(signal.kind);
}
