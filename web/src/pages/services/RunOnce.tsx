import { Button } from '@mantine/core';
import { useState } from 'react';
import { runOnce } from '../../api/services';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Countdown } from '../../parts/Countdown';
import { useNow } from '../../parts/clock';
import { type Held, held } from './held';
import { OnceText } from './OnceText';
import type { TaskRow } from './rows';
import { useRunOnce } from './useRunOnce';
import { words } from './words';

interface Props {
  row: TaskRow;
  user: number | undefined;
  name: string | undefined;
}

/**
 * Runs a task once. While the daemon would refuse it the button counts down; it opens the question all the same, which
 * says why, and whose own button does not work until then.
 */
export function RunOnce({ row, user, name }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  const { run, retryAt } = useRunOnce(row.word, () => runOnce(row.task, user));
  const now = useNow();
  const kept = now === null ? null : held(row.status, now, retryAt);
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        data-held={kept?.why}
        title={words.onceOf(row.word)}
        onClick={() => setIsAsking(true)}
      >
        {words.once}
        {kept?.why === 'recent' && kept.untilMs !== null && (
          <>
            &nbsp;
            <Countdown until={kept.untilMs} />
          </>
        )}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.onceTitle(row.word, name)}
        confirm={words.once}
        blocked={kept && <Blocked held={kept} />}
        onConfirm={run}
      >
        <OnceText row={row} held={kept} />
      </ConfirmDialog>
    </>
  );
}

/** Stands on the button that does not work. */
function Blocked({ held: { why, untilMs } }: { held: Held }) {
  if (untilMs === null) return words.onceHeld[why];
  return (
    <>
      {words.onceIn}&nbsp;
      <Countdown until={untilMs} />
    </>
  );
}
