import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { runDecisionsQuery } from '../../api/executions';
import { useListState } from '../../api/listState';
import type { Decision, Execution } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { plural } from '../../format/numbers';
import { dayOf } from '../../format/time';
import { type Column, DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { evidenceText } from './evidence';
import css from './Runs.module.css';
import { runWords as words } from './words';

/** A decision with its place among those of the run. */
interface Row extends Decision {
  number: number;
}

const columns: readonly Column<Row>[] = [
  { id: 'number', header: words.callNumber, align: 'right', cell: ({ number }) => number },
  {
    id: 'symbol',
    header: words.symbol,
    cell: ({ symbol }) => symbol || <span className={css.soft}>{words.whole}</span>,
    sortBy: ({ symbol }) => symbol,
  },
  {
    id: 'action',
    header: words.action,
    cell: ({ action }) => codeWords(action),
    sortBy: ({ action }) => action,
  },
  {
    id: 'reason',
    header: words.reason,
    cell: ({ reason }) => codeWords(reason),
    sortBy: ({ reason }) => reason,
  },
  {
    id: 'evidence',
    header: words.evidence,
    grow: true,
    cell: (row) => <span title={evidenceText(row)}>{evidenceText(row)}</span>,
  },
];

/** What a run decided, and why. */
export function Decisions({ run }: { run: Execution }) {
  const { items, state, table } = useListState(
    useInfiniteQuery(runDecisionsQuery(run.id, run.finished_at !== null)),
  );
  const rows = useMemo(() => items.map((item, number) => ({ ...item, number })), [items]);
  const known = table.more ? `${rows.length}+ decisions` : plural(rows.length, 'decision');
  return (
    <Section
      title={words.decisionsTitle}
      note={rows.length > 0 ? known : undefined}
      actions={
        rows.length > 0 && (
          <DownloadTable
            path="/api/v1/decisions"
            filter={{ user: run.user, task: run.task, day: dayOf(run.started_at) }}
            what={words.csvOfDay}
          />
        )
      }
      flush
    >
      <PageState
        {...state}
        empty={
          rows.length === 0 && {
            title: words.decisionsEmptyTitle,
            text: words.decisionsEmptyText,
          }
        }
      >
        <DataTable
          label={words.decisionsTitle}
          rows={rows}
          columns={columns}
          rowId={({ number }) => String(number)}
          card={DecisionCard}
          height="420px"
          {...table}
        />
      </PageState>
    </Section>
  );
}

function DecisionCard(row: Row) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <strong>{row.symbol || words.whole}</strong>
        <span>{codeWords(row.action)}</span>
      </span>
      <span>{codeWords(row.reason)}</span>
      <span className={css.soft}>{evidenceText(row)}</span>
    </div>
  );
}
