import { Button, Checkbox, Textarea } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { calendarVersionsQuery, importCalendar, previewCalendar } from '../../api/calendar';
import type { CalendarChanges, CalendarDocument } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { ChooseFile } from '../../parts/ChooseFile';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Section } from '../../parts/Section';
import type { Brought } from './Administration';
import css from './Calendar.module.css';
import { Changes } from './Changes';
import { words } from './words';

/** What was looked at, and against which version: exactly that is imported. */
interface Looked {
  document: CalendarDocument;
  whole: boolean;
  version: number;
  changes: CalendarChanges;
}

/** Brings another calendar: first what it would change, then the change. */
export function Import({ brought }: { brought: Brought }) {
  const cache = useQueryClient();
  const versions = useQuery(calendarVersionsQuery);
  const [text, setText] = useState(brought.text);
  const [whole, setWhole] = useState(brought.whole);
  const [looked, setLooked] = useState<Looked | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const { write, isBusy, refusal, forget } = useWrite([]);

  const type = (next: string) => {
    setText(next);
    setLooked(null);
    setFault(null);
    forget();
  };
  const look = async () => {
    const version = versions.data?.newest;
    if (version === undefined) return;
    const read = readJson(text);
    setFault(read.fault);
    const { document } = read;
    if (!document) return;
    await write(async () => {
      setLooked({ document, whole, version, changes: await previewCalendar(document, whole) });
    });
  };
  const take = async () => {
    if (!looked) return;
    const { document, version } = looked;
    const done = await importCalendar(document, looked.whole, version).finally(() =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['calendar'] }),
        cache.invalidateQueries({ queryKey: ['schedules'] }),
      ]),
    );
    showNotification({ message: done.changed ? words.imported_(done.version) : words.unchanged });
    // The next one may tell only what changes.
    setWhole(false);
    type('');
    // The button that was pressed is gone with what was looked at.
    field.current?.focus();
  };
  const problem = fault ?? (refusal ? `${refusal.title}. ${refusal.detail}` : null);
  return (
    <Section title={words.importing} note={words.importNote}>
      <div className={css.import}>
        <Textarea
          ref={field}
          label={words.document}
          description={words.documentHelp}
          value={text}
          error={problem}
          rows={8}
          spellCheck={false}
          classNames={{ input: css.mono ?? '' }}
          onChange={(event) => type(event.currentTarget.value)}
        />
        <Checkbox
          label={words.whole}
          checked={whole}
          onChange={(event) => {
            setWhole(event.currentTarget.checked);
            setLooked(null);
          }}
        />
        <div className={css.buttons}>
          <ChooseFile
            label={words.file}
            accept="application/json,.json"
            onFile={(file) => void file.text().then(type)}
          />
          <Button
            variant={looked ? 'default' : 'filled'}
            disabled={isBusy || text.trim() === ''}
            onClick={() => void look()}
          >
            {isBusy ? words.previewing : words.preview}
          </Button>
          {looked && <Button onClick={() => setIsAsking(true)}>{words.import}</Button>}
        </div>
        {looked && <Changes changes={looked.changes} />}
      </div>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.importTitle}
        confirm={words.importVerb}
        onConfirm={take}
      >
        {looked && words.importText(looked.changes.differing_days, looked.changes.differing_slots)}
      </ConfirmDialog>
    </Section>
  );
}

function readJson(text: string): { document: CalendarDocument | null; fault: string | null } {
  try {
    return { document: JSON.parse(text), fault: null };
  } catch (error) {
    const detail = error instanceof Error ? error.message : '';
    return { document: null, fault: `${words.notJson} ${detail}` };
  }
}
