import { plural } from '../../format/numbers';

export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Services' : `Services of ${name}`),
  mine: 'Your own services',
  everybody: 'Services of everybody',

  unified: 'Unified service',
  unifiedNote: 'runs every task by its schedule',
  on: 'on',
  off: 'off',
  start: 'Start',
  stop: 'Stop',
  restart: 'Restart',
  starting: 'Starting…',
  since: 'On since',
  offSince: 'Started last',
  heartbeat: 'Last sign of life',
  lastTask: 'Last task',
  executing: 'Executing',
  nothing: 'nothing now',
  errors: 'Failures since the start',
  schedules: 'Schedules',
  schedulesVersion: (version: number) => `version ${version}`,
  offText: 'No task is due while it is off. Tasks can be started one by one, or run once.',

  restartNeeded: 'Schedules have changed. This service follows the old ones until it is restarted.',
  restartChanged: (tasks: string) => `Changed: ${tasks}.`,

  stopTitle: (name: string | undefined) =>
    name === undefined ? 'Stop your unified service?' : `Stop the unified service of ${name}?`,
  stopConfirm: 'Stop the service',
  stopText: 'No task is due after that until the service is started again.',
  stopExecuting: (tasks: string) => `Executing now, and ends by itself: ${tasks}.`,
  stopPositions: (count: number) =>
    `${plural(count, 'open position is', 'open positions are')} not watched any more: no task sells or moves a stop.`,
  stopSells: (count: string) => `${count} open at the broker: left there, followed up by nobody.`,
  sells: (count: number, more: boolean) =>
    more ? `${count}+ sell orders` : plural(count, 'sell order'),
  stopNothing: 'Nothing executes, and no position is open.',
  restartTitle: (name: string | undefined) =>
    name === undefined
      ? 'Restart your unified service?'
      : `Restart the unified service of ${name}?`,
  restartConfirm: 'Restart the service',
  restartText: 'It is turned off and on again, and follows the newest schedules from then on.',
  restartSame: 'No schedule has changed since it was started.',

  tasks: 'Tasks',
  tasksNote: 'next and last runs, and services of single tasks',
  startBlocked:
    'Tasks cannot be started one by one while the unified service runs: it runs them all. Stop it first.',
  task: 'Task',
  next: 'Next run',
  last: 'Last run',
  own: 'Own service',
  process: 'Process',
  notScheduled: 'schedule off',
  noNext: 'none due',
  dueNow: 'due',
  never: 'never',
  noTasksTitle: 'There are no tasks',
  noTasksText: 'Tasks that you may run stand here as soon as an admin has added them.',

  states: { running: 'on', restarting: 'waits for a restart', stopped: 'off' },
  policies: { never: 'not restarted', on_failure: 'restarted after a failure' },
  attempt: (count: number) => `restart ${count} in a row`,
  restartAt: 'again at',
  stoppedBecause: (reason: string) => `stopped: ${reason}`,
  pid: (pid: number) => `pid ${pid}`,
  cpu: (text: string) => `${text} CPU`,
  policyNever: 'Leave it stopped after a failure',
  policyOnFailure: 'Restart it after a failure',
  toRuns: 'Its runs',
  toLogs: 'Its log lines',
  moreOf: (task: string) => `More of ${task}`,
  startOf: (task: string) => `Start ${task} as a service of its own`,
  stopOf: (task: string) => `Stop the service of ${task}`,
  stopOwnTitle: (task: string, name: string | undefined) =>
    name === undefined
      ? `Stop your service of ${task}?`
      : `Stop the service of ${task} of ${name}?`,
  stopOwnText:
    'It stops after the run that it may have, within 30 seconds. The task is not due after that.',

  once: 'Run once',
  onceOf: (task: string) => `Run ${task} once`,
  onceTitle: (task: string, name: string | undefined) =>
    name === undefined ? `Run ${task} once now?` : `Run ${task} once now for ${name}?`,
  onceText: 'It runs at once, whatever service is on and whatever its schedule says.',
  onceTrades: 'This task may place orders.',
  onceShared: 'All users share this task: it runs once for everybody.',
  onceExecuting: 'It is executing now; a second run beside it is refused.',
  onceRecent: (ago: string) =>
    `It was started ${ago} ago. Two minutes pass from one start to the next, so that two presses make one run.`,
  onceTicking: [
    'It cannot be run besides while its service is on: two minutes have to pass after each start, and its service starts it again before, next at',
    'Nothing is lost by waiting for that run.',
  ],
  onceUntil: 'It can be run once in',
  onceIn: 'Again in',
  onceHeld: { executing: 'Executing', recent: 'Too soon', ticking: 'Runs by itself' },
  onceBegun: (task: string, run: number) => `${task} runs: run ${run}`,

  log: 'What happened to the services',
  logTitle: (name: string | undefined) =>
    name === undefined
      ? 'What happened to your services'
      : `What happened to the services of ${name}`,
  logEmptyTitle: 'Nothing yet',
  logEmptyText: 'Starts, stops, failures and single runs stand here as they happen.',
  at: 'Time',
  level: 'Level',
  event: 'Event',
  message: 'Message',

  all: 'Users',
  allNote: 'what runs for whom',
  user: 'User',
  service: 'Service',
  nextRestart: 'Schedules changed',
  individual: 'Single tasks',
  failures: 'Failures',
  allEmptyTitle: 'No service fits the filter',
  allEmptyText: 'Change the filter to see others.',
  filterName: 'Name',
  filterState: 'Service',
  filterTrouble: 'Only',
  troubleRestart: 'restart needed',
  troubleFailures: 'with failures',
  totals: (on: number, of: number) => `${on} of ${of} on`,
  restartAll: 'Restart all that are on',
  restartAllTitle: (count: number) =>
    count === 1
      ? 'Restart the one service that is on?'
      : `Restart all ${count} services that are on?`,
  restartAllText:
    'Each is turned off and on again and follows the newest schedules. What executes ends by itself; slots that are due meanwhile run late.',
  restartedAll: (count: number) => `${plural(count, 'service')} restarted`,
  restartAllConfirm: 'Restart them',
  analysis: 'Run the analysis',
  analysisWord: 'analysis',
  analysisTitle: 'Run the analysis once now for everybody?',
  analysisText: 'It looks for signals at once, and all users share what it finds.',
  close: 'Close',
  failed: {
    start: 'The service was not started',
    policy: 'The restart policy was not changed',
  },
  selected: (count: number) => `${plural(count, 'user')} chosen`,
  selectUser: (name: string) => `Choose ${name}`,
  selectAll: 'Choose all shown',
  selectNone: 'Choose none',
  choose: 'Choose',
  bulk: { start: 'Start', stop: 'Stop', restart: 'Restart' },
  bulkTitle: (action: 'start' | 'stop' | 'restart', count: number) => {
    const verb = { start: 'Start', stop: 'Stop', restart: 'Restart' }[action];
    return count === 1
      ? `${verb} the service of one user?`
      : `${verb} the services of ${count} users?`;
  },
  bulkStop: 'No task is due for them after that. Their open positions are not watched any more.',
  bulkDone: (done: number, of: number) =>
    done === of ? `Done for ${plural(done, 'user')}` : `Done for ${done} of ${plural(of, 'user')}`,
} as const;
