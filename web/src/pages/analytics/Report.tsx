import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { AnalyticsRow } from '../../api/schema';
import { plural } from '../../format/numbers';
import { duration } from '../../format/time';
import { Change } from '../../parts/Change';
import { DataTable } from '../../parts/DataTable';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { PageFrame } from '../../parts/PageFrame';
import { type ErrorWords, PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { Tabs } from '../../parts/Tabs';
import css from './Analytics.module.css';
import { columnsOf, nameOf, percentOf, rowId, versionOf } from './columns';
import type { Group } from './search';
import { words } from './words';

const route = getRouteApi('/inside/analytics');

interface Props {
  title: string;
  actions?: ReactNode;
  groups: readonly Group[];
  by: Group;
  /** Undefined until they are known. */
  rows: readonly AnalyticsRow[] | undefined;
  dates: { from: string; through: string } | undefined;
  /** Which runs were looked at, when not all were. */
  incomplete: string | null;
  state: { loading: boolean; error: ErrorWords | null };
  table?: { more: boolean; reading: boolean; onMore: () => void };
}

/** The figures of each group as a table, with what they are grouped by and the days. */
export function Report(props: Props) {
  const { by, rows = [], dates } = props;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { from, through } = search;
  const hasResults = rows.some((row) => row.net_paise !== null);
  const columns = useMemo(() => columnsOf(by, hasResults), [by, hasResults]);
  const fields: FilterField[] = [
    { kind: 'date', id: 'from', label: words.from, ...(through && { max: through }) },
    { kind: 'date', id: 'through', label: words.through, ...(from && { min: from }) },
  ];
  return (
    <PageFrame
      title={props.title}
      note={dates && words.range(dates.from, dates.through)}
      actions={props.actions}
    >
      <Panel label={words.list}>
        <Tabs
          label={words.list}
          tabs={props.groups.map((id) => ({ id, word: words.by[id] }))}
          chosen={by}
          onChoose={(chosen) =>
            void navigate({ search: (before) => ({ ...before, by: chosen }), replace: true })
          }
        />
        <div className={css.filters}>
          <FilterBar
            fields={fields}
            values={{ from, through }}
            onChange={(id, value) =>
              void navigate({ search: (before) => ({ ...before, [id]: value }), replace: true })
            }
            onClear={() =>
              void navigate({
                search: (before) => ({ ...before, from: undefined, through: undefined }),
                replace: true,
              })
            }
          />
        </div>
        {props.incomplete !== null && (
          <p className={css.incomplete} role="status">
            {words.incomplete(props.incomplete)}
          </p>
        )}
        <PageState
          {...props.state}
          empty={rows.length === 0 && { title: words.noneTitle, text: words.none }}
        >
          <DataTable
            label={words.list}
            rows={rows}
            columns={columns}
            rowId={rowId}
            card={(row) => <RowCard row={row} by={by} />}
            {...props.table}
          />
        </PageState>
      </Panel>
    </PageFrame>
  );
}

function RowCard({ row, by }: { row: AnalyticsRow; by: Group }) {
  const w = words.card;
  const { duration_ms: took, lateness_ms: late, success_percent: success } = row;
  return (
    <div className={css.card}>
      <b>
        {nameOf(row)}
        {by === 'version' && ` · ${words.columns.version} ${versionOf(row)}`}
      </b>
      <span>{row.net_paise !== null && <Change paise={row.net_paise} />}</span>
      <span className={css.line}>
        {success !== null && (
          <span>{w.succeeded(percentOf(success), plural(row.executions, 'run'))}</span>
        )}
        <span>{w.orders(row.orders)}</span>
      </span>
      <span className={css.line}>
        {took && <span>{`${w.took} ${duration(took.p50)}`}</span>}
        {late && <span>{`${w.late} ${duration(late.p95)}`}</span>}
      </span>
    </div>
  );
}
