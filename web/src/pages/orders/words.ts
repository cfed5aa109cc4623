import type { OrderPurpose } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { plural } from '../../format/numbers';

export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Orders' : `Orders of ${name}`),
  titleAll: 'Orders of everybody',
  list: 'Orders',
  tabs: {
    unknown: 'Unknown',
    open: 'Open',
    filled: 'Filled',
    rejected: 'Rejected',
    cancelled: 'Cancelled',
    expired: 'Expired',
    all: 'All',
  },
  unknownNote:
    'It is not known what became of these orders, and none is sent twice. The broker’s book is looked at again and again; until it shows an order, nothing more is traded of its share on its side.',
  filters: {
    symbol: 'Symbol',
    symbolExample: 'such as TCS',
    from: 'From',
    through: 'Through',
    side: 'Side',
    strategy: 'Strategy',
  },
  columns: {
    placed: 'Placed',
    user: 'User',
    symbol: 'Symbol',
    side: 'Side',
    state: 'State',
    quantity: 'Filled of',
    limit: 'Limit ₹',
    average: 'Average ₹',
    value: 'Value ₹',
    purpose: 'Why',
    reason: 'Reason',
    strategy: 'Strategy',
    run: 'Run',
    kind: 'Kind',
    rsi: 'RSI',
    updated: 'Changed',
    id: 'Our number',
    brokerId: 'Number at the broker',
    mode: 'Money',
  },
  modes: { paper: 'paper', live: 'real' },
  market: 'market',
  noneTitle: 'No orders yet',
  none: 'Orders stand here from the moment a task decides them, with everything that happens to them.',
  noneOpenTitle: 'No open orders',
  noneOpen: 'An order is open from the moment it is decided until it is filled or over.',
  noneUnknownTitle: 'No order with an unknown outcome',
  noneUnknown: 'When the broker gives no clear answer, the order stands here until it is settled.',
  noneInState: (state: string) => `No ${state} orders`,
  noneFoundTitle: 'No order fits',
  noneFound: 'No order fits these filters.',
  clear: 'Clear filters',

  orderTitle: (side: string, quantity: string, symbol: string) =>
    `${side === 'buy' ? 'Buy' : 'Sell'} ${quantity} ${symbol}`,
  close: 'Close',
  story: 'What happened',
  fills: 'Fills',
  facts: 'The order',
  after: (time: string) => `after ${time}`,
  total: (time: string) => `${time} from the decision to the last entry`,
  factNames: {
    purpose: 'Why',
    changed: 'Last changed',
    strategy: 'Strategy',
    run: 'Decided by run',
    signal: 'Signal',
    kind: 'Kind',
    limit: 'Limit',
    sentLimit: 'Sent with the limit',
    day: 'For',
    mode: 'Money',
    user: 'User',
    average: 'Average',
    filled: 'Filled',
    value: 'Value',
    rsi: 'RSI at the decision',
    retryOf: 'Tries again',
    firstPlaced: 'First attempt',
    module: 'Module',
    id: 'Our number',
    brokerId: 'Number at the broker',
    algoId: 'Algo id at the broker',
    reason: 'Reason',
  },
  byRun: 'by run',
  afterMarket: 'after-market',
  delivery: 'delivery',
  intraday: 'intraday',
  notKnown: 'not known',
  retryable: 'It may be tried again.',
  fill: {
    at: 'At',
    quantity: 'Quantity',
    price: 'Price',
    key: 'Key at the broker',
    annulled: 'annulled',
  },
  annul: {
    button: 'Annulled…',
    buttonOf: (key: string) => `Annulled… ${key}`,
    title: (name: string | undefined) =>
      name === undefined ? 'Was this fill annulled?' : `Was this fill of ${name} annulled?`,
    fill: 'This fill',
    what: (quantity: string, price: string, at: string) => `${quantity} at ${price}, ${at}`,
    confirm: 'It was annulled',
    dismiss: 'Leave it booked',
    text: {
      buy: 'Look at the broker’s own application first. The books become what they would be without this fill: shares, money, charges and result. What is offered of the shares beyond what is left is withdrawn before. It is refused when the broker’s book still shows the fill, and when its shares were sold since.',
      sell: 'Look at the broker’s own application first. The books become what they would be without this fill: its shares are held again, and money, charges and result follow. It is refused when the broker’s book still shows the fill.',
    },
  },
  copyId: 'Copy our number',
  copyBrokerId: 'Copy the number at the broker',
  copyModule: 'Copy the hash of the module',
  orders: (count: number) => plural(count, 'order'),

  cancel: 'Cancel the order',
  cancelTitle: (name: string | undefined) =>
    name === undefined ? 'Cancel this order?' : `Cancel this order of ${name}?`,
  giveUp: 'Give up the retry',
  giveUpTitle: (name: string | undefined) =>
    name === undefined
      ? 'Give up trying this order again?'
      : `Give up trying this order of ${name} again?`,
  keep: 'Keep it',
  cancelText:
    'Shares that were filled until the broker hears of it stay. The task that placed it may place another at its next run; the kill switch or a stop of the service prevents that.',
  giveUpText: 'It was rejected and would be tried again; that is given up.',
  reason: 'Reason (kept with the order)',

  evidence: {
    title: 'Orders of unknown outcome',
    since: 'Unknown since',
    answer: 'The broker answered',
    looked: 'Looked for',
    looks: (looks: number, last: string) => `${plural(looks, 'time')}, last ${last}`,
    notLooked: 'not looked for yet',
    alike: 'Like it at the broker',
    noneAlike: 'nothing',
    like: (number: string, filled: string, open: boolean) =>
      `${number}, ${filled} filled, ${open ? 'stands there' : 'has ended'}`,
    holdings: 'Shares at the broker',
    more: (orders: number) => `${plural(orders, 'more is', 'more are')} not shown.`,
  },
  decide: 'Decide',
  decideTitle: (name: string | undefined) =>
    name === undefined ? 'Did this order never arrive?' : `Did this order of ${name} never arrive?`,
  neverArrived: 'It never arrived',
  leaveUnknown: 'Leave it unknown',
  decideReason: 'How you know (kept with the order)',
  decideText:
    'Look at the broker’s own application first. When the order is not there, its share may be traded anew. If it turns up after all, what was traded of it is booked and an alert tells you; nothing withdraws it for you.',
} as const;

/** Why an order was placed. */
export function purposeWords(purpose: OrderPurpose): string {
  switch (purpose.kind) {
    case 'entry':
      return 'first buy';
    case 'reentry':
      return `buys more at RSI ${purpose.level}, cycle ${purpose.cycle}`;
    case 'exit':
      return `sells: ${codeWords(purpose.reason)}`;
    case 'external':
      return 'found at the broker, not ours';
  }
}

/** What is said of an entry of the journal. */
const EVENTS: Readonly<Record<string, string>> = {
  intended: 'Decided and written down',
  sent: 'Sent to the broker',
  accepted: 'Accepted by the broker',
  rejected: 'Rejected',
  outcome_unknown: 'Outcome unknown',
  not_at_broker: 'Never reached the broker',
  change_requested: 'Change sent',
  changed: 'Changed',
  change_refused: 'Change refused',
  cancel_requested: 'Cancellation sent',
  filled: 'Filled',
  fill_withdrawn: 'Annulled',
  cancelled: 'Cancelled',
  expired: 'Expired',
  retry_given_up: 'Not tried again',
  terms: 'Noted beside the order',
};

export function eventWord(event: string): string {
  return EVENTS[event] ?? codeWords(event);
}
