import { useInfiniteQuery } from '@tanstack/react-query';
import { useListState } from '../../api/listState';
import { ofUser } from '../../api/pages';
import { signalsQuery } from '../../api/signals';
import { DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { columns } from '../signals/columns';
import { SignalCard } from '../signals/SignalCard';
import { words } from './words';

interface Props {
  symbol: string;
  user: number | undefined;
}

// The symbol is the title of the page.
const without = columns.filter(({ id }) => id !== 'symbol');

export function SymbolSignals({ symbol, user }: Props) {
  const filter = { ...ofUser(user), symbol };
  const query = useInfiniteQuery(signalsQuery({ ...filter, limit: 50 }));
  const { items, state, table } = useListState(query);
  return (
    <Section
      title={words.signals}
      actions={
        <DownloadTable path="/api/v1/signals" filter={filter} what={`signals for ${symbol}`} />
      }
      flush
    >
      <PageState
        {...state}
        empty={items.length === 0 && { title: words.noSignalsTitle, text: words.noSignals }}
      >
        <DataTable
          label={words.signals}
          rows={items}
          columns={without}
          rowId={({ id }) => String(id)}
          card={(signal) => <SignalCard signal={signal} />}
          height="50vh"
          {...table}
        />
      </PageState>
    </Section>
  );
}
