import { Progress } from '@mantine/core';
import { useState } from 'react';
import type { TaskView } from '../../api/schema';
import { addTask } from '../../api/tasks';
import { useWrite } from '../../api/useWrite';
import { percent } from '../../format/numbers';
import { ChooseFile } from '../../parts/ChooseFile';
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
      <ChooseFile
        label={words.choose}
        accept=".wasm,application/wasm"
        className={css.start}
        disabled={isBusy}
        onFile={(file) => void send(file)}
      />
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
