import { Button } from '@mantine/core';
import { useState } from 'react';
import { runAnalysis } from '../../api/services';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Countdown } from '../../parts/Countdown';
import css from './Services.module.css';
import { useRunOnce } from './useRunOnce';
import { words } from './words';

/** Runs the analysis that all users share; for admins. */
export function Analysis() {
  const [isAsking, setIsAsking] = useState(false);
  const { run, retryAt } = useRunOnce(words.analysisWord, runAnalysis);
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setIsAsking(true)}>
        {words.analysis}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.analysisTitle}
        confirm={words.once}
        blocked={retryAt && <Countdown until={retryAt} />}
        onConfirm={run}
      >
        <p className={css.text}>{words.analysisText}</p>
      </ConfirmDialog>
    </>
  );
}
