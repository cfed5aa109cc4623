import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { pageError } from '../../api/problems';
import type { Schedule } from '../../api/schedules';
import { schedulesQuery } from '../../api/schedules';
import { tasksQuery } from '../../api/tasks';
import { DataTable } from '../../parts/DataTable';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import { BulkActions } from './BulkActions';
import { columnsOf, NextSlot, Select, type Selection, TaskLink } from './columns';
import { DayFirings } from './DayFirings';
import { rulesWords } from './rule';
import { ScheduleState } from './ScheduleState';
import css from './Schedules.module.css';
import { words } from './words';

/** When each task is due, and what that comes to on a day. */
export function SchedulesPage() {
  const set = useQuery(schedulesQuery);
  const failed = set.isError && !set.data;
  return (
    <PageFrame title={words.title} note={words.note}>
      <PageState
        loading={set.isPending}
        error={failed ? pageError(set.error, () => void set.refetch()) : null}
        empty={set.data?.items.length === 0 && { title: words.emptyTitle, text: words.emptyText }}
      >
        {set.data && (
          <Schedules
            schedules={set.data.items}
            version={set.data.version}
            restart={set.data.restart_needed}
          />
        )}
      </PageState>
    </PageFrame>
  );
}

interface Props {
  schedules: readonly Schedule[];
  version: number;
  restart: boolean;
}

function Schedules({ schedules, version, restart }: Props) {
  const { isAdmin } = useViewing();
  const navigate = useNavigate();
  const titles = useTitles();
  const selection = useSelection();
  const offered = isAdmin ? selection : null;
  const columns = useMemo(() => columnsOf(titles, offered), [titles, offered]);
  const chosen = schedules.filter(({ task }) => selection.chosen.has(task));
  const open = ({ task }: Schedule) => void navigate({ to: '/schedules/$task', params: { task } });
  return (
    <>
      {restart && <RestartNote isAdmin={isAdmin} />}
      <Section
        flush
        title={words.table}
        actions={
          chosen.length > 0 && (
            <BulkActions chosen={chosen} version={version} onDone={selection.clear} />
          )
        }
      >
        <DataTable
          label={words.table}
          rows={schedules}
          columns={columns}
          rowId={({ task }) => task}
          onOpen={open}
          card={(row) => (
            <Card row={row} title={titles.get(row.task) ?? row.task} selection={offered} />
          )}
        />
      </Section>
      <DayFirings titles={titles} />
    </>
  );
}

/** Says so of the caller's own service, which for an admin is not among those of everybody. */
function RestartNote({ isAdmin }: { isAdmin: boolean }) {
  return (
    <div className={css.restart} role="status">
      <span>{words.restart}</span>
      <Link to="/services" search={isAdmin ? { mine: true } : {}} className={css.link}>
        {words.toServices}
      </Link>
    </div>
  );
}

function Card(props: { row: Schedule; title: string; selection: Selection | null }) {
  const { row, title, selection } = props;
  return (
    <div className={css.card}>
      <span>{selection && <Select schedule={row} selection={selection} />}</span>
      <TaskLink task={row.task} title={title} />
      <ScheduleState schedule={row} />
      <span>{rulesWords(row.rules)}</span>
      <span className={css.soft}>
        {words.next} <NextSlot schedule={row} />
      </span>
    </div>
  );
}

function useTitles(): ReadonlyMap<string, string> {
  const { data } = useQuery(tasksQuery);
  return useMemo(() => new Map(data?.items.map(({ task, title }) => [task, title])), [data]);
}

function useSelection(): Selection & { clear: () => void } {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      chosen,
      toggle: (task) => {
        const next = new Set(chosen);
        if (!next.delete(task)) next.add(task);
        setChosen(next);
      },
      clear: () => setChosen(new Set()),
    }),
    [chosen],
  );
}
