import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { pageError } from '../../api/problems';
import type { TaskSettingsBody, TaskSettingsVersion } from '../../api/schema';
import { taskSettingsHistoryQuery } from '../../api/settings';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useMe } from '../../shell/viewing';
import { labelOf, type Setting, told } from './form/values';
import css from './Settings.module.css';
import { fieldsOf } from './taskSchema';
import { words } from './words';

const text = words.tasks;

/** As the form says it; what the version that runs does not describe any more stays as it was written. */
function valuesTold({ values }: TaskSettingsVersion, fields: readonly Setting[]): string {
  const entries = Object.entries(values);
  if (entries.length === 0) return text.defaults;
  const one = ([name, value]: [string, unknown]) => {
    const field = fields.find((known) => known.name === name);
    return field ? `${labelOf(field)}: ${told(field, value)}` : `${name}: ${JSON.stringify(value)}`;
  };
  return entries.map(one).join('; ');
}

function By({ id }: { id: number }) {
  const me = useMe();
  return me.id === id ? me.name : text.user(id);
}

const columnsOf = (fields: readonly Setting[]): Column<TaskSettingsVersion>[] => [
  { id: 'at', header: text.at, cell: ({ changed_at }) => <Instant at={changed_at} day /> },
  { id: 'by', header: text.by, cell: ({ changed_by }) => <By id={changed_by} /> },
  {
    id: 'values',
    header: text.values,
    cell: (row) => valuesTold(row, fields),
    grow: true,
    wrap: true,
  },
];

interface Props {
  settings: TaskSettingsBody;
  user: number | undefined;
}

/** What was set for a task over time, newest first. */
export function TaskHistory({ settings: { task, schema }, user }: Props) {
  const { data, error, isPending, refetch } = useQuery(taskSettingsHistoryQuery(task, user));
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const columns = useMemo(() => columnsOf(fields), [fields]);
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
              <span>
                <Instant at={row.changed_at} day /> · <By id={row.changed_by} />
              </span>
              <span>{valuesTold(row, fields)}</span>
            </div>
          )}
        />
      </PageState>
    </Section>
  );
}
