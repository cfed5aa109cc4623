import { useQuery } from '@tanstack/react-query';
import { pageError } from '../../api/problems';
import type { TaskSettingsVersion } from '../../api/schema';
import { taskSettingsHistoryQuery } from '../../api/settings';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useMe } from '../../shell/viewing';
import css from './Settings.module.css';
import { words } from './words';

const text = words.tasks;

const told = ({ values }: TaskSettingsVersion) => {
  const entries = Object.entries(values);
  if (entries.length === 0) return text.defaults;
  return entries.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ');
};

function By({ id }: { id: number }) {
  const me = useMe();
  return me.id === id ? me.name : text.user(id);
}

const columns: readonly Column<TaskSettingsVersion>[] = [
  { id: 'at', header: text.at, cell: ({ changed_at }) => <Instant at={changed_at} day /> },
  { id: 'by', header: text.by, cell: ({ changed_by }) => <By id={changed_by} /> },
  { id: 'values', header: text.values, cell: told, grow: true },
];

/** What was set for a task over time, newest first. */
export function TaskHistory({ task, user }: { task: string; user: number | undefined }) {
  const { data, error, isPending, refetch } = useQuery(taskSettingsHistoryQuery(task, user));
  return (
    <Section title={text.history} flush>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
        empty={data?.items.length === 0 && { title: text.history, text: text.historyEmpty }}
      >
        <DataTable
          label={text.history}
          rows={data?.items ?? []}
          columns={columns}
          rowId={({ version }) => String(version)}
          card={(row) => (
            <div className={css.card}>
              <Instant at={row.changed_at} day />
              <span>{told(row)}</span>
            </div>
          )}
        />
      </PageState>
    </Section>
  );
}
