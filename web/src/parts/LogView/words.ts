import { plural } from '../../format/numbers';

export const words = {
  older: 'Older lines',
  reading: 'Reading…',
  newLines: (count: number) => `${plural(count, 'new line')} below`,
  toEnd: 'To the end',
  levels: { debug: 'debug', info: 'info', warn: 'warn', error: 'error' },
} as const;
