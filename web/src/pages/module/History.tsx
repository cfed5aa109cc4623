import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { moduleHistoryQuery } from '../../api/modules';
import { pageError } from '../../api/problems';
import type { ModuleActivation, TaskView } from '../../api/schema';
import { useNameOf } from '../../api/useNameOf';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Module.module.css';
import { words } from './words';

function columnsOf(by: (user: number | null) => string): Column<ModuleActivation>[] {
  return [
    { id: 'from', header: words.from, cell: ({ at }) => <Instant at={at} day /> },
    { id: 'version', header: words.version, align: 'right', cell: ({ version }) => version },
    { id: 'by', header: words.by, cell: (row) => by(row.by) },
    { id: 'why', header: words.why, cell: ({ reason }) => reason || '–', grow: true },
  ];
}

export function History({ task }: { task: TaskView }) {
  const history = useQuery(moduleHistoryQuery(task.task));
  const nameOf = useNameOf();
  const by = useCallback(
    (user: number | null) => (user === null ? words.byProgram : nameOf(user)),
    [nameOf],
  );
  const columns = useMemo(() => columnsOf(by), [by]);
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
          columns={columns}
          rowId={({ at, version }) => `${at} ${version}`}
          card={({ at, version, reason, by: user }) => (
            <div className={css.card}>
              <span>
                <Instant at={at} day /> {words.version} {version}
              </span>
              <span className={css.soft}>
                {by(user)} {reason}
              </span>
            </div>
          )}
        />
      </PageState>
    </Section>
  );
}
