import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { replayRun } from '../../api/executions';
import type { Execution, ModuleVersion, ReplayedExecution } from '../../api/schema';
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
  const [chosen, setChosen] = useState<ModuleVersion>();
  const isGone = chosen !== undefined && !others.some(({ hash }) => hash === chosen.hash);
  // Chosen and then removed by somebody, it stays to be seen: the daemon says that it is gone.
  const offered = isGone ? [chosen, ...others] : others;
  const [result, setResult] = useState<ReplayedExecution | null>(null);
  const { write, isBusy, refusal } = useWrite([]);
  const isOver = run.finished_at !== null;
  const replay = () =>
    void write(async () => {
      setResult(null);
      setResult(await replayRun(run.id, chosen?.hash ?? null));
    });
  return (
    <Section
      title={words.replayTitle}
      actions={
        <>
          {offered.length > 0 && (
            <NativeSelect
              size="xs"
              aria-label={words.replayedWith}
              value={chosen?.hash ?? ''}
              onChange={({ currentTarget: { value } }) =>
                setChosen(offered.find(({ hash }) => hash === value))
              }
              data={[
                { value: '', label: words.sameVersion },
                ...offered.map(({ hash, version }) => ({
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
