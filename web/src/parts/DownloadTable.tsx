import { Button } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useRef, useState } from 'react';
import { explain } from '../api/problems';
import { readTable, type TableFilter, type TablePath } from '../api/tables';
import { saveFile } from './saveFile';

const words = {
  csv: 'CSV',
  reading: 'Reading…',
  title: (what: string) => `Download ${what} as a CSV table, with everything that the filter says`,
  close: 'Close',
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
  const busy = useRef(false);
  const [isBusy, setIsBusy] = useState(false);
  const download = async () => {
    if (busy.current) return;
    busy.current = true;
    setIsBusy(true);
    try {
      saveFile(`prahari-${what.replaceAll(' ', '-')}.csv`, await readTable(path, filter));
    } catch (error) {
      const { title, detail, next } = explain(error);
      showNotification({
        title,
        message: `${detail} ${next}`,
        color: 'bad',
        autoClose: false,
        closeButtonProps: { 'aria-label': words.close },
      });
    } finally {
      busy.current = false;
      setIsBusy(false);
    }
  };
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
