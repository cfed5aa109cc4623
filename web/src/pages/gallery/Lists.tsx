import { Button } from '@mantine/core';
import { useState } from 'react';
import { byUrgency, ORDER_STATES, type OrderState } from '../../format/outcome';
import { type Column, DataTable, type Density } from '../../parts/DataTable';
import { FilterBar, type FilterField, type FilterValues } from '../../parts/FilterBar';
import { Instant } from '../../parts/Instant';
import { Icon } from '../../parts/icons/Icon';
import { Menu } from '../../parts/Menu';
import { Money } from '../../parts/Money';
import { OrderStateMark } from '../../parts/OrderStateMark';
import { Section } from '../../parts/Section';

interface Row {
  id: string;
  symbol: string;
  side: string;
  quantity: number;
  price: number | null;
  state: OrderState;
  at: number;
  reason: string;
}

const symbols = ['RELIANCE', 'TCS', 'INFY', 'HDFCBANK', 'ITC', 'LT', 'SBIN'] as const;
const states = [
  'filled',
  'unknown',
  'accepted',
  'partially_filled',
  'rejected',
  'cancelled',
  'expired',
] as const;
const START = Date.parse('2026-11-27T10:21:07+05:30');

function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, row) => ({
    id: `P${String(row).padStart(5, '0')}`,
    symbol: symbols[row % symbols.length] ?? 'TCS',
    side: row % 3 === 0 ? 'sell' : 'buy',
    quantity: ((row * 7) % 90) + 1,
    price: row % 5 === 4 ? null : 2_45_000 + ((row * 7919) % 90_000),
    state: states[row % states.length] ?? 'filled',
    at: START - row * 61_000,
    reason:
      row % 7 === 4 ? 'the broker refused it: price outside of the day’s range for this share' : '',
  }));
}

const rows = rowsOf(5000).sort((one, other) => byUrgency(one.state, other.state));

const columns: readonly Column<Row>[] = [
  { id: 'at', header: 'Placed', cell: (row) => <Instant at={row.at} />, sortBy: (row) => row.at },
  { id: 'symbol', header: 'Symbol', cell: (row) => row.symbol, sortBy: (row) => row.symbol },
  { id: 'side', header: 'Side', cell: (row) => row.side },
  {
    id: 'state',
    header: 'State',
    cell: (row) => <OrderStateMark state={row.state} />,
    sortBy: (row) => ORDER_STATES[row.state].word,
  },
  {
    id: 'quantity',
    header: 'Quantity',
    align: 'right',
    cell: (row) => row.quantity,
    sortBy: (row) => row.quantity,
  },
  {
    id: 'price',
    header: 'Price',
    align: 'right',
    cell: (row) => <Money paise={row.price} />,
    sortBy: (row) => row.price,
  },
  { id: 'reason', header: 'Reason', grow: true, cell: (row) => row.reason },
  { id: 'id', header: 'Our number', optional: true, cell: (row) => row.id },
];

const fields: readonly FilterField[] = [
  { kind: 'text', id: 'q', label: 'Symbol', placeholder: 'RELIANCE' },
  { kind: 'date', id: 'day', label: 'Day' },
  {
    kind: 'choice',
    id: 'task',
    label: 'Task',
    options: [
      { value: 'buy', label: 'buy' },
      { value: 'sell', label: 'sell' },
    ],
  },
  {
    kind: 'chips',
    id: 'state',
    label: 'State',
    options: states.slice(0, 4).map((state) => ({ value: state, label: ORDER_STATES[state].word })),
  },
];

function Card({ row }: { row: Row }) {
  return (
    <div style={{ display: 'flex', justifyContent: 'space-between', gap: 12 }}>
      <span>
        <b>{row.symbol}</b> {row.side} {row.quantity}
        <br />
        <Instant at={row.at} />
      </span>
      <span style={{ textAlign: 'right' }}>
        <OrderStateMark state={row.state} />
        <br />
        <Money paise={row.price} />
      </span>
    </div>
  );
}

function RowMenu({ row }: { row: Row }) {
  const entries = [
    { label: 'Open the run', icon: 'runs', onSelect: () => {} },
    { label: 'Copy the number', icon: 'copy', onSelect: () => {} },
    { label: 'Cancel the order', icon: 'close', danger: true, onSelect: () => {} },
  ] as const;
  return (
    <Menu entries={entries}>
      <Button size="compact-xs" variant="subtle" aria-label={`Actions for ${row.symbol} ${row.id}`}>
        <Icon name="more" />
      </Button>
    </Menu>
  );
}

export function Lists() {
  const [values, setValues] = useState<FilterValues>({ state: 'filled' });
  const [density, setDensity] = useState<Density>('desk');
  const [opened, setOpened] = useState<string | null>(null);
  const next: Record<Density, Density> = { desk: 'compact', compact: 'touch', touch: 'desk' };
  return (
    <Section
      flush
      title="Table of 5,000 orders"
      note={opened ? `Opened: ${opened}` : 'j, k and Enter; a press on a row opens it'}
      actions={
        <Button size="compact-sm" variant="default" onClick={() => setDensity(next[density])}>
          Density: {density}
        </Button>
      }
    >
      <div style={{ padding: '12px 16px' }}>
        <FilterBar
          fields={fields}
          values={values}
          onChange={(id, value) => setValues({ ...values, [id]: value })}
          onClear={() => setValues({})}
        />
      </div>
      <DataTable
        label="Orders"
        rows={rows}
        columns={columns}
        rowId={(row) => row.id}
        density={density}
        height="360px"
        onOpen={(row) => setOpened(row.id)}
        actions={(row) => <RowMenu row={row} />}
        card={(row) => <Card row={row} />}
      />
    </Section>
  );
}
