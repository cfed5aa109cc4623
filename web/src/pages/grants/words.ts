import { plural } from '../../format/numbers';

export const words = {
  title: 'Grants',
  note: 'What each task may do and use. A change holds from the next run on.',
  table: 'Allowances',
  task: 'Task',
  forWhom: 'For',
  everybody: 'everybody',
  user: (name: string) => name,
  set: 'Set by',
  byOperator: 'an operator',
  byProgram: 'the manifest',
  capabilities: 'Capabilities',
  limits: { cpu: 'CPU of a run', memory: 'Memory', calls: 'Calls', orders: 'Orders a day' },
  noLimit: 'no limit',
  value: 'Largest buy',

  used: 'Used today',
  usedOf: (name: string | undefined) =>
    name === undefined
      ? 'by your runs, of what is granted'
      : `by runs of ${name}, of what is granted`,
  usedNone: 'No task has run today. Figures stand here from the first run on.',
  runs: (runs: number) => plural(runs, 'run'),
  refused: (calls: number) => `${plural(calls, 'call')} refused`,
  mostCpu: 'Most CPU of a run',
  mostMemory: 'Most memory of a run',
  mostCalls: 'Most calls of a run',
  orders: 'Orders of the day',
  days: {
    decisions: 'Decisions of the day',
    signals: 'Signals of the day',
    notifications: 'Messages of the day',
    order_changes: 'Order changes of the day',
    log_bytes: 'Log of the day',
    decision_bytes: 'Decisions of the day, bytes',
    recording_bytes: 'Recordings of the day',
  },

  editTitle: (task: string) => `Allowance of ${task}`,
  chooseUser: 'Holds for',
  everybodyOption: 'Everybody without an allowance of their own',
  notSet: 'Nothing of its own is set: what holds for everybody is shown.',
  symbols: 'Only these symbols may be bought',
  symbolsHelp: 'Empty: every symbol. What is held of others may be sold.',
  perRun: 'One run',
  perDay: 'All runs of a date, for one user',
  main: 'Limits',
  empty: 'Empty: no limit.',
  amount: 'This is no amount of rupees.',
  save: 'Save',
  saving: 'Saving…',
  saveLooser: 'Save…',
  unset: 'Remove what is set…',
  looserTitle: (task: string, name: string) => `Allow ${task} more, for ${name}?`,
  looserVerb: 'Allow',
  looserText: 'This is more than it may do now:',
  from: 'from',
  to: 'to',
  removeTitle: (task: string, name: string) => `Remove the allowance of ${task} for ${name}?`,
  removeVerb: 'Remove',
  removeUser: 'What holds for everybody holds for this user again, from the next run on.',
  removeAll: 'What the manifest says holds again, from the next run on. It may be more or less.',
  saved: 'Saved. It holds from the next run on.',
  mistakes: 'Correct the fields in red first.',
  close: 'Close',
  conflict: 'Somebody else changed this allowance while you did.',
  bothValues: (theirs: string, mine: string) => `theirs is ${theirs}, yours is ${mine}`,
  theirsAlone: (value: string) => `is ${value} now, and stays so`,
  theirs: 'Take theirs',
  mine: 'Keep mine',
} as const;

const SHORT: Readonly<Record<string, string>> = {
  cpu_ms: 'Processor time of a run, ms',
  memory_bytes: 'Memory of a run, bytes',
  calls: 'Host calls of a run',
  orders_per_day: 'Orders a day',
  max_order_value_paise: 'Largest buy, ₹',
  host_ms: 'Processor time of the host, ms',
  rows: 'Rows of calls and replies',
  capabilities: 'Capabilities',
  symbols: 'Symbols',
};

/** The name of a limit for people. */
export function limitWord(name: string): string {
  const inner = name.replace(/^per_(run|day)\./, '');
  const known = SHORT[inner];
  if (known) return known;
  const plain = inner.replace(/_bytes$/, ', bytes').replaceAll('_', ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
