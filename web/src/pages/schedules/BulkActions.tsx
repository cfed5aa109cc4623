import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schedule } from '../../api/schedules';
import { switchSchedules, testRunQuery } from '../../api/schedules';
import { dayOf, hourMinute } from '../../format/time';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { useNow } from '../../parts/clock';
import css from './Schedules.module.css';
import { words } from './words';

interface Props {
  chosen: readonly Schedule[];
  version: number;
  onDone: () => void;
}

/** Turns the selected tasks on or off, in one new version. */
export function BulkActions({ chosen, version, onDone }: Props) {
  const cache = useQueryClient();
  const [asked, setAsked] = useState<'on' | 'off' | null>(null);
  const close = () => setAsked(null);
  const flags = chosen.flatMap(({ task, flags: of }) =>
    of.map(({ detail }) => `${task}: ${detail}`),
  );
  const send = async (enabled: boolean) => {
    const tasks = chosen.map(({ task }) => task);
    const confirm = enabled && flags.length > 0;
    await switchSchedules({ expected_version: version, tasks, enabled, confirm }).finally(() =>
      cache.invalidateQueries({ queryKey: ['schedules'] }),
    );
    onDone();
  };
  return (
    <div className={css.bulk}>
      <span className={css.soft}>{words.chosen(chosen.length)}</span>
      <Button size="compact-sm" variant="default" onClick={() => setAsked('on')}>
        {words.turnOn}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => setAsked('off')}>
        {words.turnOff}
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={onDone}>
        {words.clear}
      </Button>
      <ConfirmDialog
        opened={asked === 'on'}
        onClose={close}
        title={words.askOn(chosen.length)}
        confirm={words.turnOn}
        typeName={flags.length > 0 ? 'confirm' : undefined}
        onConfirm={() => send(true)}
      >
        <Tasks chosen={chosen} />
        <p className={css.note}>{words.everybody}</p>
        {flags.length > 0 && (
          <>
            <p className={css.note}>{words.odd}</p>
            <Lines lines={flags} />
          </>
        )}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'off'}
        onClose={close}
        title={words.askOff(chosen.length)}
        confirm={words.turnOff}
        danger
        onConfirm={() => send(false)}
      >
        <Tasks chosen={chosen} />
        <p className={css.note}>{words.everybody}</p>
        <RemovedToday chosen={chosen} />
      </ConfirmDialog>
    </div>
  );
}

function Tasks({ chosen }: { chosen: readonly Schedule[] }) {
  return <span>{chosen.map(({ task }) => task).join(', ')}</span>;
}

/** The slots to come today that would not be. */
function RemovedToday({ chosen }: { chosen: readonly Schedule[] }) {
  const now = useNow();
  const { data } = useQuery({ ...testRunQuery(dayOf(now ?? 0)), enabled: now !== null });
  if (!data || now === null) return null;
  const tasks = new Set(chosen.map(({ task }) => task));
  const gone = data.firings.filter(
    ({ task, slot }) => tasks.has(task) && Date.parse(slot.ends_at ?? slot.due_at) > now,
  );
  return (
    <>
      <p className={css.note}>{words.removes(gone.length)}</p>
      {gone.length > 0 && (
        <Lines lines={gone.map(({ task, slot }) => `${hourMinute(slot.due_at)} ${task}`)} />
      )}
    </>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className={css.lines}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
