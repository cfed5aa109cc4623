import { plural } from '../../format/numbers';

export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Logs' : `Logs of ${name}`),
  titleAll: 'Logs of everybody',
  user: (id: number) => `user ${id}`,
  note: 'what tasks wrote while they ran, newest at the end',
  label: 'Log lines',
  text: 'Text',
  textHint: 'Part of a line',
  task: 'Task',
  level: 'Level',
  levels: { debug: 'all levels', info: 'info and above', warn: 'warn and above', error: 'error' },
  day: 'Day',
  wrap: 'Wrap lines',
  download: 'Download',
  downloadTitle: (count: number) => `Save the ${plural(count, 'line')} shown as a text file`,
  emptyTitle: 'No lines',
  emptyText: 'What a task writes while it runs stands here as it is written.',
  emptyFiltered: 'No line fits the filter. Change it to see others.',
  searchOn: 'Search older ones',
  searching: 'No line fits yet; older ones are searched…',
  line: (run: number, number: number | null) =>
    number === null ? `Run ${run}` : `Run ${run}, line ${number}`,
  shown: (count: number) => `${plural(count, 'line')} shown`,
  following: 'new ones are added as they come',
  past: 'a day that is over',
} as const;
