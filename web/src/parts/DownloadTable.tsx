import { Button } from '@mantine/core';
import { explain } from '../api/problems';
import { readTable, type TableFilter, type TablePath } from '../api/tables';
import { useBusy } from '../api/useBusy';
import { saveFile } from './saveFile';
import { showFailure } from './showFailure';

const words = {
  csv: 'CSV',
  reading: 'Reading…',
  title: (what: string) => `Download ${what} as a CSV table, with everything that the filter says`,
} as const;

interface Props<P extends TablePath> {
  path: P;
  /** The filter of the list. */
  filter: TableFilter<P>;
  /** What it is, such as `runs`; also the beginning of the name of the file. */
  what: string;
}

/** Downloads a list as a CSV table. */
export function DownloadTable<P extends TablePath>({ path, filter, what }: Props<P>) {
  const { once, isBusy } = useBusy();
  const download = () =>
    once(async () => {
      try {
        saveFile(`prahari-${what.replaceAll(' ', '-')}.csv`, await readTable(path, filter));
        return true;
      } catch (error) {
        const { title, detail, next } = explain(error);
        showFailure(title, `${detail} ${next}`);
        return false;
      }
    });
  return (
    <Button
      size="xs"
      variant="default"
      disabled={isBusy}
      title={words.title(what)}
      onClick={() => void download()}
    >
      {isBusy ? words.reading : words.csv}
    </Button>
  );
}
