import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { replayRun } from '../../api/executions';
import type { Execution, ReplayedExecution } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { ReplayResult } from './ReplayResult';
import css from './Runs.module.css';
import { useVersions } from './useVersions';
import { runWords as words } from './words';

/** Plays a run from its recording again, and shows where the two part. Nothing is executed. */
export function Replay({ run }: { run: Execution }) {
  const others = useVersions(run.task).filter(({ hash }) => hash !== run.module_hash);
  const [module, setModule] = useState('');
  const [result, setResult] = useState<ReplayedExecution | null>(null);
  const { write, isBusy, refusal } = useWrite([]);
  const isOver = run.finished_at !== null;
  const replay = () =>
    void write(async () => {
      setResult(null);
      setResult(await replayRun(run.id, module || null));
    });
  return (
    <Section
      title={words.replayTitle}
      actions={
        <>
          {others.length > 0 && (
            <NativeSelect
              size="xs"
              aria-label={words.replayedWith}
              value={module}
              onChange={(event) => setModule(event.currentTarget.value)}
              data={[
                { value: '', label: words.sameVersion },
                ...others.map(({ hash, version }) => ({
                  value: hash,
                  label: words.moduleVersion(version),
                })),
              ]}
            />
          )}
          <Button size="xs" variant="default" disabled={!isOver || isBusy} onClick={replay}>
            {isBusy ? words.replaying : words.replay}
          </Button>
        </>
      }
    >
      <p className={css.hint}>{isOver ? words.replayText : words.replayNotYet}</p>
      <Refusal refusal={refusal} />
      {result && <ReplayResult result={result} />}
    </Section>
  );
}
