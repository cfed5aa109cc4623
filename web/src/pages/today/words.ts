import { plural } from '../../format/numbers';

export { taskWord } from '../../format/task';

export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Today' : `Today of ${name}`),
  needs: 'Needs a person',
  needsNone: 'Nothing needs you now.',
  needsMore: (count: number) => `and ${count} more`,
  orderUnknown: (side: string, quantity: number, symbol: string) =>
    `Order to ${side} ${quantity} ${symbol}: outcome unknown. It blocks every order of this user until the broker’s book settles it.`,
  slotTrouble: (task: string, due: string, outcome: string, reason: string) =>
    `${task} of ${due} ${outcome}${reason === '' ? '' : `: ${reason}`}`,
  userTrouble: (overdue: number, missed: number, failed: number) =>
    [
      [overdue, 'overdue'],
      [missed, 'missed'],
      [failed, 'failed'],
    ]
      .filter(([count]) => count !== 0)
      .map(([count, word]) => `${count} ${word}`)
      .join(', '),
  ordersUnknown: (count: number) =>
    `${plural(count, 'order')}: outcome unknown. ${count === 1 ? 'It blocks' : 'They block'} every order of this user until the broker’s book settles ${count === 1 ? 'it' : 'them'}.`,
  installation: 'installation',
  run: (run: number) => `Run ${run}`,

  day: 'Runs of the day',
  doctor: 'Doctor',
  dayOff: (note: string) => (note === '' ? 'No session today.' : `No session today: ${note}.`),
  presumed: 'The holidays of this date are not known; a session is presumed.',
  noSlotsTitle: 'Nothing is expected today',
  noSlotsOff: 'The service is off, so no task is due. Tasks appear here when it is started.',
  noSlotsOn: 'By the schedules no task is due today. Tasks appear here on the next trading day.',
  serviceOn: 'service on',
  serviceOff: 'service off',
  restartNeeded: 'Schedules have changed; they take effect when the service is started again.',

  total: 'Total',
  totalNote: 'cash and shares',
  openProfit: 'Open profit',
  openProfitNote: 'shares held, before charges',
  available: 'Available to buy',
  shares: 'Shares held',
  sharesCost: 'bought for',
  orders: 'Open orders',
  noOrders: 'No open orders. An order stands here from its placing until it is filled or over.',
  order: { symbol: 'Symbol', side: 'Side', quantity: 'Filled of', state: 'State', at: 'Placed' },

  everybody: 'Today, everybody',
  servicesOn: 'Services on',
  ofUsers: (count: number) => `of ${plural(count, 'user')}`,
  netToday: 'Net result of today',
  netNote: 'realised by all users, less charges',
  netWithout: (count: number) =>
    `without ${plural(count, 'user')} whose orders wait for the broker`,
  slots: 'Slots done',
  slotsOf: (expected: number) => `${plural(expected, 'slot')} to come`,
  late: 'Late',
  trouble: 'Overdue, missed, failed',
  list: 'Users',
  listNote: 'those in trouble first',
  filter: 'Filter by name',
  onlyTrouble: 'Only with trouble',
  noneFound: 'No user fits the filter.',
  noTrouble: 'No user is in trouble.',
  readingMore: 'Reading more users…',
  net: 'Net today',
  halted: 'halted',
  stopped: 'orders stopped',
  reduceOnly: 'reduce-only',
  wrong: (slots: number, alerts: number, orders: number) => [
    ...(orders > 0 ? [plural(orders, 'unknown order')] : []),
    ...(slots > 0 ? [plural(slots, 'slot')] : []),
    ...(alerts > 0 ? [plural(alerts, 'alert')] : []),
  ],
  nothingExpected: 'nothing is expected today',
} as const;
