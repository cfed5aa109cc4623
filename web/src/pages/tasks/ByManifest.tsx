import { Button, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { explain } from '../../api/problems';
import type { TaskView } from '../../api/schema';
import { declareTask } from '../../api/tasks';
import { ChooseFile } from '../../parts/ChooseFile';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { EXAMPLE, type Manifest, readManifest } from './manifest';
import css from './Tasks.module.css';
import { words } from './words';

/** A manifest as text. What it asks for is said once more before it is accepted. */
export function ByManifest({ onAdded }: { onAdded: (task: TaskView) => void }) {
  const cache = useQueryClient();
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [asked, setAsked] = useState<Manifest | null>(null);
  const type = (next: string) => {
    setText(next);
    setFault(null);
  };
  const ask = () => {
    const read = readManifest(text, words.notJson, words.noName);
    if (typeof read === 'string') setFault(read);
    else setAsked(read);
  };
  const add = async () => {
    if (!asked) return;
    try {
      onAdded(await declareTask(asked.name, asked.document));
    } catch (error) {
      // Beside the text as well, where it is mended.
      setFault(explain(error).detail);
      throw error;
    }
    setText('');
    await cache.invalidateQueries();
  };
  return (
    <>
      <Textarea
        label={words.manifest}
        description={words.manifestHelp}
        value={text}
        error={fault}
        rows={14}
        spellCheck={false}
        classNames={{ input: css.mono ?? '' }}
        onChange={(event) => type(event.currentTarget.value)}
      />
      <div className={css.links}>
        <Button variant="default" onClick={() => type(EXAMPLE)} disabled={text.trim() !== ''}>
          {words.example}
        </Button>
        <ChooseFile
          label={words.file}
          accept="application/json,.json"
          onFile={(file) => void file.text().then(type)}
        />
        <Button disabled={text.trim() === ''} onClick={ask}>
          {words.add}
        </Button>
      </div>
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={words.addTitle(asked?.title ?? '')}
        confirm={words.addVerb}
        onConfirm={add}
      >
        {asked && <Asks manifest={asked} />}
      </ConfirmDialog>
    </>
  );
}

function Asks({ manifest }: { manifest: Manifest }) {
  const { capabilities, rules, after } = manifest;
  return (
    <>
      <p className={css.text}>{words.asks}</p>
      <ul className={css.lines}>
        {[
          ...capabilities.map(words.mayUse),
          ...rules.map(words.isDue),
          ...after.map(words.goesFirst),
        ].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}
