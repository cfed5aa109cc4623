import type { Explanation } from '../../api/problems';
import { count, plural } from '../../format/numbers';
import { capital } from '../../format/text';

export const words = {
  all: 'All schedules',
  unknownTitle: 'There is no such task',
  unknownText: 'It was removed, or only admins may see it.',
  task: (title: string) => `Schedule of ${title}`,

  rules: 'When it is due',
  readOnly: 'Only admins change schedules.',
  rule: (number: number) => `Rule ${number}`,
  kind: 'Kind',
  kinds: {
    at: 'Once a day',
    hourly: 'Each hour',
    each_minute: 'Each minute',
    script: 'Script',
    cron: 'Cron expression',
  },
  time: 'Time (IST)',
  timePlaceholder: '16:05',
  noTime: 'A time such as 16:05',
  start: 'From (IST)',
  end: 'To (IST)',
  endMinute: 'To, not included (IST)',
  script: 'Script',
  scriptHelp: 'Defines fn slots(day) and answers that day’s times: "16:05", a list, or nothing.',
  expression: 'Expression',
  expressionHelp: 'minute hour day month weekday',
  zone: 'Time zone',
  zonePlaceholder: 'Asia/Kolkata',
  addRule: 'Add a rule',
  removeRule: (number: number) => `Remove rule ${number}`,
  mostRules: 8,
  on: 'On',
  description: 'Description',
  waits: 'Waits for tasks of the same day',
  waitsNone: 'none',
  waitsHelp: 'Slots of these that are due when its own is, or earlier, have to end first.',
  latest: 'Waits at most until (IST)',
  afterwards: 'Then',
  thens: { run: 'it runs all the same', skip: 'its slot is skipped' },
  editorLoading: 'The editor is coming',

  preview: 'What it would do',
  previewSaved: 'What it does',
  checking: 'checking…',
  refused: 'This cannot be saved yet',
  mistakes: 'Correct the fields in red first.',
  next: 'Next slots',
  nextNone: 'It is never due.',
  runsOf: (runs: number) => plural(runs, 'run'),
  year: 'A year from today',
  yearTold: (days: number, trading: number, runs: number) =>
    `Due on ${count(days)} of ${plural(trading, 'trading day')}, ${plural(runs, 'run')} in all.`,
  presumedFrom: 'The holidays are not known from',
  flags: 'Odd',
  differs: (days: number) =>
    days === 0
      ? 'It fires at the same times as the saved one.'
      : `Within a year it fires otherwise on ${plural(days, 'day')}.`,
  added: 'added',
  removed: 'removed',
  moreDays: (days: number) => `and ${plural(days, 'more day')}`,
  off: 'It is turned off: none of this happens.',
  strip: 'Days on which it is due',
  stripDay: (day: string, runs: number) => `${day}: ${plural(runs, 'run')}`,

  save: 'Save…',
  saveTitle: (title: string) => `Save the schedule of ${title}?`,
  saveVerb: 'Save',
  everybody: 'It holds for all users, from when their services are started again.',
  difference: 'What changes',
  mean: 'Something is odd about it:',
  conflictTitle: (name: string) => `${name} changed this schedule while you did`,
  somebody: 'Somebody else',
  conflictText: 'What went (−) is theirs, as it is saved now. What came (+) is yours.',
  theirs: 'Take theirs',
  mine: 'Keep mine',
  leaveTitle: 'Leave without saving?',
  leaveText: 'What you changed in this schedule is not saved.',
  leave: 'Leave',
  restart: 'Services follow a change when they are started again.',

  history: 'History',
  historyNote: 'newest first, each with its difference to the one before',
  first: 'The first one.',
  wasOff: 'off, ',
  version: (version: number) => `version ${version}`,
  show: 'Show the difference',
  hide: 'Hide the difference',
} as const;

/** What programs call a part of a schedule, as people see it. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/\brules\[(\d+)\](\.\w+)*/i, 'rule'],
  [/\bafter\.latest\b/i, words.latest],
  [/\bafter\.tasks(\[\d+\])?/i, words.waits],
];

/** The daemon's sentence against a schedule, with the rule by its number, which begins at one for people. */
export function refusedWords({ detail, title }: Explanation): string {
  const told = PARTS.reduce(
    (text, [part, word]) =>
      text.replace(part, (_, index: string | undefined) =>
        word === 'rule' ? words.rule(Number(index) + 1) : word,
      ),
    detail || title,
  );
  return capital(told);
}
