import { Progress } from '@mantine/core';
import { useState } from 'react';
import { uploadModule } from '../../api/modules';
import { useWrite } from '../../api/useWrite';
import { ChooseFile } from '../../parts/ChooseFile';
import { Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import type { ModuleRow } from '../modules/rows';
import css from './Module.module.css';
import { words } from './words';

interface Props {
  task: string;
  row: ModuleRow;
  onUploaded: (version: number) => void;
}

/** Brings a component as a new version. */
export function Upload({ task, row, onUploaded }: Props) {
  const [ratio, setRatio] = useState<number | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const { write, isBusy, refusal } = useWrite(['modules']);
  const send = async (file: File) => {
    setSaid(null);
    setRatio(0);
    await write(async () => {
      const { version } = await uploadModule(task, file, setRatio);
      const isKnown = row.versions.some((known) => known.version === version);
      setSaid(isKnown ? words.known(version) : words.uploaded(version));
      onUploaded(version);
    });
    setRatio(null);
  };
  return (
    <Section title={words.upload} note={words.uploadNote}>
      <div className={css.upload}>
        <ChooseFile
          label={words.choose}
          accept=".wasm,application/wasm"
          disabled={isBusy}
          onFile={(file) => void send(file)}
        />
        {ratio !== null && (
          <div className={css.progress}>
            <Progress
              value={ratio * 100}
              aria-label={words.upload}
              animated={ratio === 1}
              striped={ratio === 1}
            />
            <span className={css.soft}>{ratio < 1 ? words.sending(ratio) : words.checking}</span>
          </div>
        )}
        {said && <p role="status">{said}</p>}
        <Refusal refusal={refusal} />
      </div>
    </Section>
  );
}
