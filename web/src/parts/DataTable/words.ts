import { plural } from '../../format/numbers';

export const words = {
  columns: 'Columns',
  actions: 'Actions',
  readMore: 'Read more',
  reading: 'Reading more…',
  stuck: 'They could not be read.',
  rows: (rows: number, more: boolean, sorted: boolean) => {
    if (!more) return plural(rows, 'row');
    if (rows === 0) return 'Nothing found so far; what is older was not looked through yet';
    // A sort of half a list must not look like a sort of the list.
    return sorted
      ? `Sorted among the ${plural(rows, 'row')} read so far`
      : `${plural(rows, 'row')} read, there are more`;
  },
} as const;
