import { codeTitle, codeWords } from '../format/codes';
import { plural } from '../format/numbers';

export const words = {
  product: 'Prahari',
  navigation: 'Pages',
  admin: 'admin',
  skip: 'To the content',
  more: 'More',
  ist: 'IST',
  toNext: (phase: string) => `to ${phase}`,
  left: 'left',
  nextOpen: 'opens',
  demonstrationSpeed: (speed: number) => `${speed}×`,
  demonstrationSpeedTitle: (speed: number) =>
    `The clock of this daemon runs ${speed} times as fast as real time`,
  clockStands: 'The clock of this daemon stands still',

  live: { connecting: 'connecting', live: 'live', lost: 'not live', signed_out: 'logged out' },
  lostBand: 'No live figures: the stream to the daemon is broken and is tried again.',
  lostBandSince: 'What is shown is as of',
  lostBandOrders: 'Orders and schedules go on in the daemon.',

  realMoney: 'Real money',
  realMoneyText: (name?: string) =>
    name === undefined ? 'Your orders go to a broker.' : `Orders of ${name} go to a broker.`,
  practice: 'Practice: the paper broker misbehaves on purpose',
  practiceUntil: 'until',

  viewing: (name: string) => `Viewing ${name}`,
  viewingText: 'What you change here is changed for this user.',
  viewingSignals: 'You look only: a user’s signals are turned down by that user alone.',
  stopViewing: 'Back to everybody',

  palette: 'Search pages, users, shares and actions',
  paletteEmpty: 'Nothing of this name.',
  paletteUser: 'User',
  palettePage: 'Page',
  paletteShare: 'Share',
  paletteAction: 'Action',
  keys: 'Keys',
  keysOff: 'Turn single-letter keys off',
  keysOn: 'Turn single-letter keys on',
  keysAreOff: 'Single-letter keys are off on this device; Ctrl K works.',
  lightTheme: 'Light theme',
  darkTheme: 'Dark theme',
  systemTheme: 'Theme of the system',
  logOut: 'Log out',
  account: (name: string) => `Account of ${name}`,
  search: 'Search',
  close: 'Close',

  notFoundTitle: 'There is no such page',
  notFoundText: 'The address is not one of this console. It may be of another version.',
  toToday: 'To Today',
  errorTitle: 'This page failed',
  reload: 'Reload',

  keyTable: [
    ['Ctrl K', 'search pages, users, shares, actions'],
    ['?', 'this help'],
    ['/', 'filter of the page'],
    ['j k Enter', 'rows: down, up, open'],
    ['[ ]', 'on Slots, Schedules, Calendar: day or year before, after'],
    ['Esc', 'close'],
  ],
  goTo: (page: string) => `go to ${page}`,
} as const;

export const switchWords = {
  stop: 'Kill switch',
  stopAll: 'Kill switch',
  stopTitle: (name: string | undefined) =>
    name === undefined ? 'Stop all orders of yours at once' : `Stop all orders of ${name} at once`,
  stopAllTitle: 'Stop the orders of everybody at once',
  stopped: (name: string | undefined) =>
    name === undefined ? 'Your orders are stopped' : `Orders of ${name} are stopped`,
  stoppedAll: 'The orders of everybody are stopped',
  stoppedText: 'New orders and changes are refused, sells too. Cancellations pass.',
  undo: 'Undo',
  failed: 'The kill switch was not turned on',
  undoFailed: 'The kill switch was not turned off',
  isOn: 'Orders stopped',
  byAdmin: 'An admin has stopped these orders; only an admin lets them through again.',
  byDaemon:
    'The orders of everybody on this daemon are stopped; only an admin lets them through again.',
  offTitle: (name: string | undefined) =>
    name === undefined ? 'Let your orders through again?' : `Let orders of ${name} through again?`,
  offAllTitle: 'Let the orders of everybody through again?',
  offText: 'Tasks may place orders again at once, within these limits:',
  offAllText:
    'Tasks of all users may place orders again at once, each within the limits of its user. Users whose own switch is on stay stopped.',
  off: 'Let orders through',
  openOrders: 'Open orders',
  limits: 'Limits in force',
  atLeast: (count: number) => `${count} or more`,
} as const;

export const tradingWords = {
  states: { active: 'active', reduce_only: 'reduce-only', halted: 'halted' },
  title: (state: 'reduce_only' | 'halted', name: string | undefined) => {
    const whose = name === undefined ? 'Your trading' : `Trading of ${name}`;
    return `${whose} is ${state === 'halted' ? 'halted' : 'reduce-only'}`;
  },
  source: (source: string) => SOURCES[source] ?? codeTitle(source),
  more: (count: number) => `${plural(count, 'more reason')}.`,
  change: 'Trading state',
} as const;

/** Where a restriction of what may be sent comes from. */
const SOURCES: Readonly<Record<string, string>> = {
  own: 'Set by the user',
  admin: 'Set by an admin',
  halt: 'Because of a fault',
  daemon: 'For everybody',
};

/** The phases of the exchange, as the calendar names them. */
const PHASES: Readonly<Record<string, string>> = {
  closed: 'closed',
  pre_open: 'pre-open',
  pre_open_limit_only: 'pre-open, limit orders',
  pre_open_matching: 'pre-open matching',
  continuous: 'continuous',
  closing_reference: 'closing reference',
  closing_auction: 'closing auction',
  closing_auction_limit_only: 'closing auction, limit orders',
  closing_matching: 'closing matching',
  post_close: 'post-close',
};

export function phaseWord(phase: string): string {
  return PHASES[phase] ?? codeWords(phase);
}
