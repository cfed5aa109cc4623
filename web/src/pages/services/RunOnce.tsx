import { Button } from '@mantine/core';
import { useState } from 'react';
import { runOnce } from '../../api/services';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { OnceText } from './OnceText';
import type { TaskRow } from './rows';
import { useRunOnce } from './useRunOnce';
import { words } from './words';

interface Props {
  row: TaskRow;
  user: number | undefined;
  name: string | undefined;
}

/** Runs a task once. After a refusal the button counts down to when the daemon allows it again. */
export function RunOnce({ row, user, name }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  const { run, wait } = useRunOnce(row.word, () => runOnce(row.task, user));
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        disabled={wait !== null}
        title={words.onceOf(row.word)}
        onClick={() => setIsAsking(true)}
      >
        {wait ?? words.once}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.onceTitle(row.word, name)}
        confirm={words.once}
        blocked={wait}
        onConfirm={run}
      >
        <OnceText row={row} />
      </ConfirmDialog>
    </>
  );
}
