import { getRouteApi } from '@tanstack/react-router';
import { DataTable, sortOf, sortText } from '../../parts/DataTable';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { ShareCard } from './ShareCard';
import { ShareOrder } from './ShareOrder';
import css from './Symbol.module.css';
import { useShareRows } from './useShareRows';
import { words } from './words';

const route = getRouteApi('/inside/symbols');
const fields: readonly FilterField[] = [
  { kind: 'text', id: 'q', label: words.searchLabel, placeholder: words.searchExample },
];

/** The shares of the market, each a press away from its page. */
export function SymbolsPage() {
  const { q = '', sort } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (to: { q?: string | undefined; sort?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...to }), replace: true });
  const order = sortOf({ sort });
  const { columns, shares, state, table, note } = useShareRows(q, order);
  return (
    <PageFrame title={words.shares} note={words.sharesNote}>
      <Panel label={words.shares}>
        <div className={css.filters}>
          <FilterBar
            fields={fields}
            values={{ q: q === '' ? undefined : q }}
            onChange={(_, value) => change({ q: value })}
          />
          <ShareOrder sort={sort} onSort={(value) => change({ sort: value })} />
          <p className={css.filterNote}>{words.pricesOf}</p>
          <output className={css.filterNote}>{note}</output>
        </div>
        <PageState
          {...state}
          empty={shares.length === 0 && { title: words.noShareTitle, text: words.noShare(q) }}
        >
          <DataTable
            label={words.shares}
            rows={shares}
            columns={columns}
            rowId={({ symbol }) => symbol}
            sort={order}
            onSort={(next) => change({ sort: sortText(next) })}
            card={ShareCard}
            onOpen={({ symbol }) =>
              void navigate({ to: '/symbols/$symbol', params: { symbol }, search: {} })
            }
            {...table}
          />
        </PageState>
      </Panel>
    </PageFrame>
  );
}
