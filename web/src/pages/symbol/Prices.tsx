import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { candlesQuery, type Interval } from '../../api/market';
import { pageError } from '../../api/problems';
import type { Bars } from '../../api/schema';
import { count, decimal, percent } from '../../format/numbers';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { LazyPart } from '../../parts/LazyPart';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { COUNT, FIRST_INTERVAL } from './candles';
import css from './Symbol.module.css';
import { words } from './words';

const priceChart = { name: 'price-chart', load: () => import('./PriceChart') };

type Bar = Bars['bars'][number];

/** How the price of the share went, as a picture or as a table. */
export function Prices({ symbol }: { symbol: string }) {
  const [interval, choose] = useState<Interval>(FIRST_INTERVAL);
  const [isTable, setIsTable] = useState(false);
  const { data, error, isPending, refetch } = useQuery(candlesQuery(symbol, interval, COUNT));
  const newestFirst = useMemo(() => data?.bars.toReversed() ?? [], [data]);
  return (
    <Section
      title={words.prices}
      note={words.pricesNote}
      actions={
        <>
          <SegmentedControl
            size="xs"
            aria-label={words.interval}
            value={interval}
            data={[
              { value: '1d', label: words.days },
              { value: '1w', label: words.weeks },
            ]}
            onChange={(value) => choose(value === '1w' ? '1w' : '1d')}
          />
          <SegmentedControl
            size="xs"
            aria-label={words.shownAs}
            value={isTable ? 'table' : 'chart'}
            data={[
              { value: 'chart', label: words.chart },
              { value: 'table', label: words.table },
            ]}
            onChange={(value) => setIsTable(value === 'table')}
          />
        </>
      }
      flush={isTable}
    >
      <PageState
        loading={isPending}
        error={data || !error ? null : pageError(error, () => void refetch())}
        empty={data?.bars.length === 0 && { title: words.noPricesTitle, text: words.noPrices }}
      >
        {data && !isTable && (
          <LazyPart
            of={priceChart}
            waiting={<div className={css.chart} aria-busy="true" />}
            given={{ label: words.chartLabel(symbol, data.bars.length), bars: data.bars }}
          />
        )}
        {isTable && (
          <DataTable
            label={words.prices}
            rows={newestFirst}
            columns={columns}
            rowId={({ day }) => day}
            height="380px"
          />
        )}
      </PageState>
    </Section>
  );
}

function price(id: string, header: string, of: (bar: Bar) => number | null): Column<Bar> {
  return { id, header, align: 'right', cell: (bar) => <Money paise={of(bar)} plain />, sortBy: of };
}

const c = words.columns;

const columns: readonly Column<Bar>[] = [
  { id: 'day', header: c.day, cell: ({ day }) => <Day date={day} />, sortBy: ({ day }) => day },
  price('open', c.open, (bar) => bar.open_paise),
  price('high', c.high, (bar) => bar.high_paise),
  price('low', c.low, (bar) => bar.low_paise),
  price('close', c.close, (bar) => bar.close_paise),
  price('ema9', c.ema9, (bar) => bar.ema9_paise),
  {
    id: 'rsi10',
    header: c.rsi10,
    align: 'right',
    cell: ({ rsi10 }) => (rsi10 === null ? '–' : decimal(rsi10, 1)),
    sortBy: ({ rsi10 }) => rsi10,
  },
  {
    id: 'volume',
    header: c.volume,
    align: 'right',
    cell: ({ volume }) => count(volume),
    sortBy: ({ volume }) => volume,
  },
  {
    id: 'delivered',
    header: c.delivered,
    align: 'right',
    cell: ({ delivered_percent: part }) => (part === null ? '–' : percent(part / 100)),
    sortBy: ({ delivered_percent }) => delivered_percent,
  },
];
