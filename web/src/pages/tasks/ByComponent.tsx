import { Button, FileButton, Progress } from '@mantine/core';
import { useState } from 'react';
import type { TaskView } from '../../api/schema';
import { addTask } from '../../api/tasks';
import { useWrite } from '../../api/useWrite';
import { percent } from '../../format/numbers';
import { Refusal } from '../../parts/Refusal';
import css from './Tasks.module.css';
import { words } from './words';

export function ByComponent({ onAdded }: { onAdded: (task: TaskView) => void }) {
  const [ratio, setRatio] = useState<number | null>(null);
  const { write, isBusy, refusal } = useWrite(['tasks', 'modules', 'schedules', 'grants']);
  const send = async (file: File) => {
    setRatio(0);
    await write(async () => onAdded((await addTask(file, setRatio)).task));
    setRatio(null);
  };
  return (
    <>
      <p className={css.soft}>{words.componentHelp}</p>
      <FileButton accept=".wasm,application/wasm" onChange={(file) => file && void send(file)}>
        {(props) => (
          <Button {...props} variant="default" className={css.start} disabled={isBusy}>
            {words.choose}
          </Button>
        )}
      </FileButton>
      {ratio !== null && (
        <div className={css.progress}>
          <Progress value={ratio * 100} aria-label={words.adding} />
          <span className={css.soft}>
            {ratio < 1 ? words.sending(percent(ratio, 0)) : words.checking}
          </span>
        </div>
      )}
      <Refusal refusal={refusal} />
    </>
  );
}
