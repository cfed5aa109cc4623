import { Button, Checkbox } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useListState } from '../../api/listState';
import type { Signal } from '../../api/schema';
import { signalsQuery } from '../../api/signals';
import { type Column, DataTable, sortOf, sortText } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { useViewing } from '../../shell/viewing';
import { columns } from './columns';
import { filterOf, isFiltered, type SignalSearch } from './filter';
import { SavedViews } from './SavedViews';
import { SignalCard } from './SignalCard';
import { type Question, SignalDialogs } from './SignalDialogs';
import { SignalFilters } from './SignalFilters';
import css from './Signals.module.css';
import { useChosen } from './useChosen';
import { words } from './words';

const route = getRouteApi('/inside/signals');

/** The signals of a user in a wide table, with views under names; each may be turned down, or many at once. */
export function SignalsPage() {
  const { user, name } = useViewing();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (part: Partial<SignalSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const apply = (view: SignalSearch) =>
    void navigate({ search: ({ user: of }) => ({ user: of, ...view }) });
  const filter = filterOf(search, user);
  const query = useInfiniteQuery(signalsQuery(filter));
  const { items, state, table } = useListState(query);
  const clear = () => apply({ columns: search.columns, sort: search.sort });
  return (
    <PageFrame
      title={words.title(name)}
      note={name === undefined ? words.note : words.onlyOwn(name)}
      actions={
        <>
          <SavedViews search={search} onApply={apply} />
          <DownloadTable path="/api/v1/signals" filter={filter} what="signals" />
        </>
      }
    >
      <Panel label={words.list}>
        <div className={css.filters}>
          <SignalFilters
            search={search}
            onChange={(id, value) => change({ [id]: value })}
            onClear={clear}
          />
        </div>
        <PageState
          {...state}
          empty={items.length === 0 && !table.more && emptyWords(isFiltered(search), clear)}
        >
          <SignalTable
            signals={items}
            isOwn={user === undefined}
            search={search}
            change={change}
            table={table}
          />
        </PageState>
      </Panel>
    </PageFrame>
  );
}

function emptyWords(filtered: boolean, clear: () => void) {
  if (!filtered) return { title: words.noneTitle, text: words.none };
  const action = (
    <Button variant="default" onClick={clear}>
      {words.clear}
    </Button>
  );
  return { title: words.noneFoundTitle, text: words.noneFound, action };
}

interface TableProps {
  signals: readonly Signal[];
  /** Nobody turns signals down for somebody else. */
  isOwn: boolean;
  search: SignalSearch;
  change: (part: Partial<SignalSearch>) => void;
  table: ReturnType<typeof useListState<Signal>>['table'];
}

function SignalTable({ signals, isOwn, search, change, table }: TableProps) {
  const [question, setQuestion] = useState<Question | null>(null);
  const { chosen, active, toggle, set } = useChosen(signals);
  const all = useMemo(
    () => (isOwn ? [chooser(chosen, toggle), ...columns] : columns),
    [isOwn, chosen, toggle],
  );
  return (
    <>
      {isOwn && (active.length > 1 || chosen.size > 0) && (
        <div className={css.bulk}>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => set(chosen.size === 0 ? active.map(({ id }) => id) : [])}
          >
            {chosen.size === 0 ? words.chooseAll(active.length) : words.chooseNone}
          </Button>
          {chosen.size > 0 && (
            <>
              <span className={css.label}>{words.chosen(chosen.size)}</span>
              <Button
                size="compact-sm"
                color="bad"
                onClick={() =>
                  setQuestion({
                    kind: 'reject',
                    signals: active.filter(({ id }) => chosen.has(id)),
                  })
                }
              >
                {words.reject}
              </Button>
            </>
          )}
        </div>
      )}
      <DataTable
        label={words.list}
        rows={signals}
        columns={all}
        rowId={({ id }) => String(id)}
        sort={sortOf(search)}
        onSort={(sort) => change({ sort: sortText(sort) })}
        shown={shownColumns(search, isOwn)}
        onShown={(ids) => change({ columns: ids.filter((id) => id !== CHOSEN).join(',') })}
        card={(signal) => <SignalCard signal={signal} />}
        {...(isOwn && {
          actions: (signal: Signal) => <RowAction signal={signal} ask={setQuestion} />,
        })}
        {...table}
      />
      <SignalDialogs
        question={question}
        onClose={() => setQuestion(null)}
        onRejected={(ids) => set([...chosen].filter((id) => !ids.includes(id)))}
      />
    </>
  );
}

const CHOSEN = 'chosen';

function shownColumns({ columns: ids }: SignalSearch, isOwn: boolean) {
  if (ids === undefined) return undefined;
  return isOwn ? [CHOSEN, ...ids.split(',')] : ids.split(',');
}

function chooser(chosen: ReadonlySet<number>, toggle: (id: number) => void): Column<Signal> {
  return {
    id: CHOSEN,
    header: words.columns.chosen,
    cell: ({ id, symbol, status }) =>
      status === 'active' && (
        <Checkbox
          size="xs"
          aria-label={words.choose(symbol)}
          checked={chosen.has(id)}
          onChange={() => toggle(id)}
        />
      ),
  };
}

function RowAction({ signal, ask }: { signal: Signal; ask: (question: Question) => void }) {
  if (signal.status === 'active') {
    return (
      <Button
        size="compact-xs"
        variant="subtle"
        className={css.act}
        color="bad"
        aria-label={`${words.reject} ${signal.symbol}`}
        onClick={() => ask({ kind: 'reject', signals: [signal] })}
      >
        {words.reject}
      </Button>
    );
  }
  if (signal.status !== 'rejected') return null;
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      className={css.act}
      aria-label={`${words.takeBack}: ${signal.symbol}`}
      onClick={() => ask({ kind: 'take-back', signal })}
    >
      {words.takeBack}
    </Button>
  );
}
