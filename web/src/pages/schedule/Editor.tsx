import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { explain } from '../../api/problems';
import type { Schedule } from '../../api/schedules';
import { saveSchedule, schedulePreviewQuery, schedulesQuery } from '../../api/schedules';
import { SaveBar } from '../../parts/SaveBar';
import { Conflict } from './Conflict';
import { isWrong, noDescription, scheduleOf } from './draft';
import { Fields } from './Fields';
import { Leaving } from './Leaving';
import { PreviewPanel } from './PreviewPanel';
import { SaveDialog } from './SaveDialog';
import css from './Schedule.module.css';
import { useDraft } from './useDraft';
import { refusedWords, words } from './words';

/** Rests after the last key before the daemon is asked. */
const PAUSE_MS = 400;

interface Props {
  title: string;
  current: Schedule;
  /** Of the whole set; a change of another task makes a new one as well. */
  version: number;
  /** The other tasks, for which it may wait. */
  tasks: readonly string[];
}

/** Changes a schedule; the daemon says what that would do while it is typed. */
export function Editor({ title, current, version, tasks }: Props) {
  const { task } = current;
  const cache = useQueryClient();
  const { base, draft, setDraft, changes, theirs, discard, rebase, saved } = useDraft(current);
  const [isAsking, setIsAsking] = useState(false);
  const typed = scheduleOf(draft);
  const { description: _, ...candidate } = typed;
  const isNoTime = isWrong(draft);
  const isMistaken = isNoTime || noDescription(draft) !== undefined;
  const [asked] = useDebouncedValue(JSON.stringify(candidate), PAUSE_MS);
  const preview = useQuery({
    ...schedulePreviewQuery(task, JSON.parse(asked)),
    placeholderData: keepPreviousData,
    enabled: !isNoTime,
  });
  const isChecking = !isNoTime && (preview.isFetching || asked !== JSON.stringify(candidate));
  const refusal = preview.error && !isNoTime ? explain(preview.error) : null;
  /** Why it cannot be saved as it stands. */
  const against = isMistaken
    ? words.mistakes
    : !isChecking && refusal
      ? refusedWords(refusal)
      : null;

  const save = async () => {
    const confirm = (preview.data?.flags.length ?? 0) > 0;
    const change = { ...typed, expected_version: version, confirm };
    try {
      const set = await saveSchedule(task, change);
      cache.setQueryData(schedulesQuery.queryKey, set);
      const now = set.items.find((item) => item.task === task);
      if (now) saved(now);
    } finally {
      await cache.invalidateQueries({ queryKey: ['schedules'] });
    }
  };
  /** Nobody is asked whether to save what is gone. */
  const takeTheirs = () => {
    setIsAsking(false);
    discard();
  };
  return (
    <>
      {theirs && <Conflict theirs={theirs} mine={typed} onTheirs={takeTheirs} onMine={rebase} />}
      <div className={css.columns}>
        <Fields draft={draft} onChange={setDraft} tasks={tasks} refusal={refusal} />
        <PreviewPanel
          preview={refusal || isNoTime ? undefined : preview.data}
          isRefused={refusal !== null || isNoTime}
          isChecking={isChecking}
          isChanged={changes > 0}
          isOn={draft.enabled}
        />
      </div>
      <SaveBar
        changes={theirs ? 0 : changes}
        saving={false}
        refusal={isMistaken ? words.mistakes : against && words.refused}
        save={words.save}
        onSave={() => {
          if (against === null) setIsAsking(true);
        }}
        onDiscard={discard}
      />
      <SaveDialog
        opened={isAsking && !theirs}
        onClose={() => setIsAsking(false)}
        title={title}
        base={base}
        typed={typed}
        preview={isChecking || refusal ? undefined : preview.data}
        refused={against}
        blocked={isChecking ? words.checking : against ? words.refused : undefined}
        onSave={save}
      />
      <Leaving isDirty={changes > 0} />
    </>
  );
}
