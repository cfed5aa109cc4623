import type { ReplayedOrder } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { type Column, DataTable } from '../../parts/DataTable';
import css from './Runs.module.css';
import { runWords as words } from './words';

/** An order with its place in the answer. */
interface Row extends ReplayedOrder {
  number: number;
}

const columns: readonly Column<Row>[] = [
  {
    id: 'standing',
    header: words.standing,
    cell: ({ standing }) => codeWords(standing),
  },
  { id: 'recorded', header: words.recordedOrder, cell: ({ recorded }) => recorded ?? '–' },
  {
    id: 'candidate',
    header: words.candidateOrder,
    cell: ({ candidate, refusal }) => (
      <>
        {candidate ?? '–'}
        {refusal && <span className={css.refusal}> {refusal}</span>}
      </>
    ),
  },
];

/** What another version would have ordered, beside what was. */
export function ReplayedOrders({ orders }: { orders: readonly ReplayedOrder[] }) {
  if (orders.length === 0) return null;
  return (
    <DataTable
      label={words.candidateOrder}
      rows={orders.map((order, number) => ({ ...order, number }))}
      columns={columns}
      rowId={({ number }) => String(number)}
    />
  );
}
