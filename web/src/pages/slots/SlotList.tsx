import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import type { useListState } from '../../api/listState';
import type { LedgerDay, LedgerSlot } from '../../api/schema';
import { tasksQuery } from '../../api/tasks';
import { taskWord } from '../../format/task';
import { dayName } from '../../format/time';
import { DataTable } from '../../parts/DataTable';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { Tabs } from '../../parts/Tabs';
import { type Beside, slotColumns, slotKey } from './columns';
import { countsOf, STATES, TROUBLE } from './counts';
import { DayChoice } from './DayChoice';
import { slotCard } from './SlotCard';
import type { useDay } from './useDay';
import { useSlotSearch } from './useSlotSearch';
import { words } from './words';

interface Props {
  title: string;
  day: ReturnType<typeof useDay>;
  counts: LedgerDay | undefined;
  list: ReturnType<typeof useListState<LedgerSlot>>;
  beside: Beside;
  /** The button that downloads the list. */
  csv: ReactNode;
}

/** The slots of a day by state, with the day and the task to choose. */
export function SlotList({ title, day, counts, list, beside, csv }: Props) {
  const { task, state, change } = useSlotSearch();
  const { items, state: readState, table } = list;
  const { data: tasks } = useQuery(tasksQuery);
  const columns = useMemo(() => slotColumns(beside, items), [beside, items]);
  return (
    <PageFrame
      title={title}
      note={note(day.day, counts)}
      actions={
        <>
          <NativeSelect
            size="xs"
            aria-label={words.task}
            value={task ?? ''}
            data={[
              { value: '', label: words.allTasks },
              ...(tasks?.items ?? []).map((one) => ({
                value: one.task,
                label: taskWord(one.task),
              })),
            ]}
            onChange={(event) => change({ task: event.currentTarget.value || undefined })}
          />
          <DayChoice {...day} />
        </>
      }
    >
      <Tabs
        label={words.tabs}
        tabs={tabs(counts, task)}
        chosen={state ?? 'all'}
        onChoose={(id) => change({ state: id === 'all' ? undefined : id })}
      />
      <Section title={dayName(day.day)} actions={csv} flush>
        <PageState
          {...readState}
          empty={
            items.length === 0 && {
              title: words.emptyTitle,
              text: task || state ? words.emptyFiltered : words.emptyDay,
            }
          }
        >
          <DataTable
            label={title}
            rows={items}
            columns={columns}
            rowId={slotKey}
            card={slotCard(beside)}
            {...table}
          />
        </PageState>
      </Section>
    </PageFrame>
  );
}

function note(day: string, counts: LedgerDay | undefined): string {
  const parts = [words.note(dayName(day))];
  if (counts && !counts.open) parts.push(words.closed(counts.note));
  if (counts?.presumed) parts.push(words.presumed);
  return parts.join(' · ');
}

function tabs(day: LedgerDay | undefined, task: string | undefined) {
  const counts = day && countsOf(day, task);
  const all = counts && Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    { id: 'all' as const, word: words.all, count: all },
    ...STATES.map((id) => ({
      id,
      word: words.states[id],
      count: counts?.[id],
      ...(TROUBLE.includes(id) && (counts?.[id] ?? 0) > 0 && { urgent: 'bad' as const }),
    })),
  ];
}
