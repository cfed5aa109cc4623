import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { decisionsQuery } from '../../api/decisions';
import { useListState } from '../../api/listState';
import { ofUser } from '../../api/pages';
import type { FoundDecision } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { taskWord } from '../../format/task';
import { addDays } from '../../format/time';
import { type Column, DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { evidenceText } from '../runs/evidence';
import css from './Symbol.module.css';
import { words } from './words';

interface Props {
  symbol: string;
  user: number | undefined;
  today: string;
}

const DAYS_BACK = 30;

/** Why tasks traded the share or let it be. */
export function SymbolDecisions({ symbol, user, today }: Props) {
  const filter = { ...ofUser(user), symbol, from: addDays(today, -DAYS_BACK), through: today };
  const query = useInfiniteQuery(decisionsQuery({ ...filter, limit: 100 }));
  const { items, state, table } = useListState(query);
  return (
    <Section
      title={words.decisions}
      note={words.decisionsNote(DAYS_BACK)}
      actions={
        <DownloadTable
          path="/api/v1/decisions"
          filter={filter}
          what={`decisions about ${symbol}`}
        />
      }
      flush
    >
      <PageState
        {...state}
        empty={
          items.length === 0 &&
          !table.more && { title: words.noDecisionsTitle, text: words.noDecisions }
        }
      >
        <DataTable
          label={words.decisions}
          rows={items}
          columns={columns}
          rowId={({ execution, number }) => `${execution}:${number}`}
          card={(decision) => <DecisionCard decision={decision} />}
          height="50vh"
          {...table}
        />
      </PageState>
    </Section>
  );
}

function RunLink({ decision }: { decision: FoundDecision }) {
  return (
    <Link to="/runs/$run" params={{ run: decision.execution }}>
      <Instant at={decision.started_at} day />
    </Link>
  );
}

function DecisionCard({ decision }: { decision: FoundDecision }) {
  return (
    <div className={css.card}>
      <b>
        {codeWords(decision.action)}: {codeWords(decision.reason)}
      </b>
      <span className={css.soft}>
        {taskWord(decision.task)}, <RunLink decision={decision} />
      </span>
      <span className={css.soft}>{evidenceText(decision)}</span>
    </div>
  );
}

const c = words.decisionColumns;

const columns: readonly Column<FoundDecision>[] = [
  {
    id: 'at',
    header: c.at,
    cell: (decision) => <RunLink decision={decision} />,
    sortBy: ({ execution }) => execution,
  },
  {
    id: 'task',
    header: c.task,
    cell: ({ task }) => taskWord(task),
    sortBy: ({ task }) => task,
  },
  {
    id: 'action',
    header: c.action,
    cell: ({ action }) => codeWords(action),
    sortBy: ({ action }) => action,
  },
  {
    id: 'reason',
    header: c.reason,
    cell: ({ reason }) => codeWords(reason),
    sortBy: ({ reason }) => reason,
  },
  {
    id: 'evidence',
    header: c.evidence,
    grow: true,
    width: 200,
    cell: (decision) => <span title={evidenceText(decision)}>{evidenceText(decision)}</span>,
  },
];
