import type { ListedAction } from '../../api/schema';
import { actionWord } from '../../format/actions';
import type { Column } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Instant } from '../../parts/Instant';
import { ShareLink } from '../halts/ShareLink';
import css from './Actions.module.css';
import { words } from './words';

/** The file, the person or the source, and which of these it is. */
export const tellerOf = ({ origin, teller }: Pick<ListedAction, 'origin' | 'teller'>) =>
  `${words.origins[origin]} ${teller}`;

export const columns: readonly Column<ListedAction>[] = [
  { id: 'ex_day', header: words.exDay, cell: ({ ex_day }) => <Day date={ex_day} /> },
  { id: 'symbol', header: words.symbol, cell: ({ symbol }) => <ShareLink symbol={symbol} /> },
  { id: 'what', header: words.what, cell: actionWord },
  {
    id: 'state',
    header: words.state,
    cell: ({ state, reason }) => <span title={reason}>{words.states[state]}</span>,
  },
  {
    id: 'note',
    header: words.remark,
    cell: ({ note, reason }) => reason || note || '–',
    grow: true,
    wrap: true,
  },
  { id: 'source', header: words.source, cell: tellerOf },
  {
    id: 'changed',
    header: words.changed,
    cell: ({ changed_at }) => <Instant at={changed_at} day />,
    optional: true,
  },
  { id: 'by', header: words.by, cell: ({ changed_by }) => changed_by, optional: true },
  { id: 'id', header: words.number, cell: ({ id }) => id, align: 'right', optional: true },
];

export function ActionCard(action: ListedAction) {
  const { symbol, ex_day, state, note, reason } = action;
  const remark = reason || note;
  return (
    <div className={css.card}>
      <span>
        <strong>
          <ShareLink symbol={symbol} />
        </strong>{' '}
        {actionWord(action)} · <Day date={ex_day} />
      </span>
      <span className={css.soft}>
        {words.states[state]} · {tellerOf(action)}
      </span>
      {remark !== '' && <span className={css.soft}>{remark}</span>}
    </div>
  );
}
