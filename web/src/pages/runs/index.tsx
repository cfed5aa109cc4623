import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Execution } from '../../api/schema';
import { tasksQuery } from '../../api/tasks';
import { DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { FilterBar } from '../../parts/FilterBar';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import { columns, columnsOfAll, RunCard, RunCardOfAll } from './columns';
import { fields } from './fields';
import { useRuns } from './useRuns';
import { words } from './words';

/** What ran, newest first. */
export function RunsPage() {
  const { user, name, isAdmin } = useViewing();
  const isOfAll = isAdmin && user === undefined;
  const { task, outcome, trigger, service, from, through } = useSearch({ from: '/inside/runs' });
  const values = { task, outcome, trigger, service, from, through };
  const navigate = useNavigate({ from: '/runs' });
  const { data: tasks } = useQuery(tasksQuery);
  const search = useSearch({ from: '/inside/runs' });
  const { items, state, table, filter, ofOne } = useRuns(search, user, isOfAll);
  const title = isOfAll ? words.titleAll : words.title(name);
  const isFiltered = Object.values(values).some((value) => value !== undefined);
  const open = ({ id }: Execution) => void navigate({ to: '/runs/$run', params: { run: id } });

  return (
    <PageFrame title={title} note={words.note}>
      <FilterBar
        fields={fields(tasks?.items ?? [])}
        values={values}
        onChange={(id, value) =>
          void navigate({ search: (before) => ({ ...before, [id]: value }), replace: true })
        }
        onClear={() => void navigate({ search: {}, replace: true })}
      />
      <Section
        title={words.list}
        actions={
          isOfAll ? (
            <DownloadTable path="/api/v1/system/executions" filter={filter} what="runs" />
          ) : (
            <DownloadTable path="/api/v1/executions" filter={ofOne} what="runs" />
          )
        }
        flush
      >
        <PageState
          {...state}
          empty={
            items.length === 0 && {
              title: words.emptyTitle,
              text: isFiltered ? words.emptyFiltered : words.emptyText,
              action: !isFiltered && (
                <Button
                  variant="default"
                  renderRoot={(props) => <Link to="/services" {...props} />}
                >
                  {words.toServices}
                </Button>
              ),
            }
          }
        >
          <DataTable
            label={title}
            rows={items}
            columns={isOfAll ? columnsOfAll : columns}
            rowId={({ id }) => String(id)}
            onOpen={open}
            card={isOfAll ? RunCardOfAll : RunCard}
            {...table}
          />
        </PageState>
      </Section>
    </PageFrame>
  );
}
