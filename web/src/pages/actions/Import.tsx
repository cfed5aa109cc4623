import { Button, Textarea } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { type ActionsFile, importActions, previewActions } from '../../api/actions';
import type { ImportedActions } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { ChooseFile } from '../../parts/ChooseFile';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Section } from '../../parts/Section';
import css from './Actions.module.css';
import { Changes } from './Changes';
import { words } from './words';

/** What was looked at: exactly that is imported. */
interface Looked {
  list: ActionsFile;
  changes: ImportedActions;
  /** Whether actions count that something speaks against. */
  confirm: boolean;
}

const NOTHING: ActionsFile = { text: '', name: undefined };
const MOST_BYTES = 4 << 20;

/** Brings a list of actions: first what it would change, then the change. */
export function Import() {
  const cache = useQueryClient();
  const [list, setList] = useState(NOTHING);
  const [looked, setLooked] = useState<Looked | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const { write, isBusy, refusal, forget } = useWrite([]);

  const take = (next: ActionsFile) => {
    setList(next);
    setLooked(null);
    setFault(null);
    forget();
  };
  const choose = async (file: File) => {
    if (file.size > MOST_BYTES) setFault(words.tooLarge);
    else take({ text: await file.text(), name: file.name });
  };
  const look = (confirm: boolean) =>
    write(async () => setLooked({ list, confirm, changes: await previewActions(list, confirm) }));
  const bring = async () => {
    if (!looked) return;
    const done = await importActions(looked.list, looked.confirm).finally(() =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['actions'] }),
        cache.invalidateQueries({ queryKey: ['positions'] }),
      ]),
    );
    showNotification({ message: words.imported(done.new_count, done.changed_count) });
    take(NOTHING);
    // The button that was pressed is gone with what was looked at.
    field.current?.focus();
  };
  const problem = fault ?? (refusal ? `${refusal.title}. ${refusal.detail}` : null);
  const changes = looked?.changes;
  return (
    <Section title={words.importing} note={words.importNote}>
      <div className={css.import}>
        <Textarea
          ref={field}
          label={words.document}
          description={words.documentHelp}
          value={list.text}
          error={problem}
          rows={6}
          spellCheck={false}
          classNames={{ input: css.mono ?? '' }}
          onChange={(event) => take({ text: event.currentTarget.value, name: undefined })}
        />
        <div className={css.buttons}>
          <ChooseFile
            label={words.file}
            accept="text/csv,application/json,.csv,.json"
            onFile={(file) => void choose(file)}
          />
          <Button
            variant={looked ? 'default' : 'filled'}
            disabled={isBusy || list.text.trim() === ''}
            onClick={() => void look(false)}
          >
            {isBusy ? words.previewing : words.preview}
          </Button>
          {changes && changes.doubted_count > 0 && (
            <Button variant="default" disabled={isBusy} onClick={() => void look(true)}>
              {words.lookDoubted}
            </Button>
          )}
          {changes && changes.new_count + changes.changed_count > 0 && (
            <Button onClick={() => setIsAsking(true)}>{words.import}</Button>
          )}
        </div>
        {changes && <Changes changes={changes} />}
      </div>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.importTitle}
        confirm={words.importVerb}
        onConfirm={bring}
      >
        {changes && words.importText(changes.new_count, changes.changed_count)}
      </ConfirmDialog>
    </Section>
  );
}
