import { useQuery } from '@tanstack/react-query';
import { moduleHistoryQuery } from '../../api/modules';
import { pageError } from '../../api/problems';
import type { ModuleActivation, TaskView } from '../../api/schema';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Module.module.css';
import { words } from './words';

const COLUMNS: readonly Column<ModuleActivation>[] = [
  { id: 'from', header: words.from, cell: ({ at }) => <Instant at={at} day /> },
  { id: 'version', header: words.version, align: 'right', cell: ({ version }) => version },
  { id: 'by', header: words.by, cell: whoDid },
  { id: 'why', header: words.why, cell: ({ reason }) => reason || '–', grow: true },
];

function whoDid({ by, by_name: name }: ModuleActivation): string {
  return by === null ? words.byProgram : (name ?? `user ${by}`);
}

export function History({ task }: { task: TaskView }) {
  const history = useQuery(moduleHistoryQuery(task.task));
  const failed = history.isError && !history.data;
  return (
    <Section flush title={words.history} note={words.historyNote}>
      <PageState
        loading={history.isPending}
        error={failed ? pageError(history.error, () => void history.refetch()) : null}
        empty={
          history.data?.items.length === 0 && {
            title: words.neverActive,
            text: words.neverActiveText,
          }
        }
      >
        <DataTable
          label={words.history}
          rows={history.data?.items ?? []}
          columns={COLUMNS}
          rowId={({ at, version }) => `${at} ${version}`}
          card={(row) => (
            <div className={css.card}>
              <span>
                <Instant at={row.at} day /> {words.version} {row.version}
              </span>
              <span className={css.soft}>
                {whoDid(row)} {row.reason}
              </span>
            </div>
          )}
        />
      </PageState>
    </Section>
  );
}
