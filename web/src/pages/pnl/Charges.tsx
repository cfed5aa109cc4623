import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { chargesQuery, type PnlRange } from '../../api/pnl';
import { pageError } from '../../api/problems';
import type { ChargeLines, DayCharges } from '../../api/schema';
import { percent } from '../../format/numbers';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { DownloadTable } from '../../parts/DownloadTable';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Pnl.module.css';
import { words } from './words';

const c = words.chargeLines;

const KINDS: readonly { id: string; word: string; of: (lines: ChargeLines) => number }[] = [
  { id: 'brokerage', word: c.brokerage, of: (lines) => lines.brokerage_paise },
  { id: 'stt', word: c.stt, of: (lines) => lines.stt_paise },
  { id: 'transaction', word: c.transaction, of: (lines) => lines.transaction_paise },
  { id: 'ipft', word: c.ipft, of: (lines) => lines.ipft_paise },
  { id: 'sebi', word: c.sebi, of: (lines) => lines.sebi_paise },
  { id: 'stamp', word: c.stamp, of: (lines) => lines.stamp_paise },
  { id: 'gst', word: c.gst, of: (lines) => lines.gst_paise },
  { id: 'depository', word: c.depository, of: (lines) => lines.depository_paise },
];

/** What trading cost, line by line, as the contract notes have it, and by day. */
export function Charges({ range }: { range: PnlRange }) {
  const { data, error, isPending, refetch } = useQuery(chargesQuery(range));
  const newestFirst = useMemo(() => data?.days.toReversed() ?? [], [data]);
  return (
    <Section
      title={words.charges}
      note={words.chargesNote}
      actions={
        // As a table it is always told by day; to ask for that is refused.
        <DownloadTable path="/api/v1/pnl/charges" filter={range} what="charges by day" />
      }
      flush
    >
      <PageState
        loading={isPending}
        error={data || !error ? null : pageError(error, () => void refetch())}
        empty={data?.days.length === 0 && { title: words.noChargesTitle, text: words.noCharges }}
      >
        {data && (
          <div className={css.charges}>
            <Kinds total={data.total} />
            <DataTable
              label={words.chargesByDay}
              rows={newestFirst}
              columns={columns}
              rowId={({ day }) => day}
              height="320px"
            />
          </div>
        )}
      </PageState>
    </Section>
  );
}

function Kinds({ total }: { total: ChargeLines }) {
  const all = total.total_paise;
  return (
    <table className={css.kinds}>
      <tbody>
        {KINDS.map(({ id, word, of }) => (
          <tr key={id}>
            <th scope="row">{word}</th>
            <td>
              <Money paise={of(total)} />
            </td>
            <td className={css.soft}>{all > 0 && percent(of(total) / all)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">{c.total}</th>
          <td>
            <Money paise={all} />
          </td>
          <td />
        </tr>
      </tbody>
    </table>
  );
}

const totalOf = ({ charges }: DayCharges) => charges.total_paise;

const columns: readonly Column<DayCharges>[] = [
  {
    id: 'day',
    header: words.columns.day,
    cell: ({ day }) => <Day date={day} />,
    sortBy: ({ day }) => day,
  },
  {
    id: 'total',
    header: words.columns.charges,
    align: 'right',
    cell: (day) => <Money paise={totalOf(day)} plain />,
    sortBy: totalOf,
  },
  ...KINDS.map(({ id, word, of }) => ({
    id,
    header: `${word} ₹`,
    align: 'right' as const,
    optional: true,
    cell: ({ charges }: DayCharges) => <Money paise={of(charges)} plain />,
    sortBy: ({ charges }: DayCharges) => of(charges),
  })),
];
