export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Slots' : `Slots of ${name}`),
  titleAll: 'Slots of everybody',
  note: (day: string) => `each run that is expected on ${day}, and what became of it`,
  closed: (note: string) => (note === '' ? 'no session' : `no session: ${note}`),
  presumed: 'its holidays are not known, a session is presumed',
  tabs: 'Slots by state',
  all: 'All',
  states: {
    open: 'Open',
    ran: 'Ran',
    late: 'Late',
    skipped: 'Skipped',
    missed: 'Missed',
    failed: 'Failed',
  },
  task: 'Task',
  allTasks: 'All tasks',
  user: 'User',
  day: 'Day',
  before: 'Day before',
  after: 'Day after',
  today: 'Today',
  due: 'Due',
  state: 'State',
  reason: 'Reason',
  attempts: 'Attempts',
  retry: 'Next try',
  ticks: 'Ticks',
  lastTick: 'Last tick',
  until: 'Until',
  free: 'Could start',
  run: 'Run',
  ticksOf: (ran: number, expected: number) => `${ran} of ${expected}`,
  ticksRest: (failed: number, missed: number, skipped: number) =>
    [
      [failed, 'failed'],
      [missed, 'missed'],
      [skipped, 'skipped'],
    ]
      .filter(([count]) => count !== 0)
      .map(([count, word]) => `${count} ${word}`)
      .join(', '),
  emptyTitle: 'No slots',
  emptyDay:
    'Nothing is expected on this day: the service is off, or no schedule is due. Slots appear here when the service is started.',
  emptyFiltered: 'No slot fits the filter. Change it to see others.',
  alert: 'Alert',
  settle: 'Settle',
  settleTitle: (task: string, due: string, name: string | undefined) =>
    name === undefined
      ? `Settle the alert of ${task}, due ${due}?`
      : `Settle the alert of ${task} of ${name}, due ${due}?`,
  settleReason: 'What was found',
  settleConfirm: 'Settle the alert',
  settleRefused: 'The alert was not settled',
  settleText: 'The slot stays as it is; the alert about it is closed with your reason.',
} as const;
