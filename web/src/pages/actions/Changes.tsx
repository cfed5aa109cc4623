import type { ActionTerms, ChangedAction, ImportedActions } from '../../api/schema';
import { actionWord } from '../../format/actions';
import { sentence } from '../../format/text';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import css from './Actions.module.css';
import { words } from './words';

const idOf = ({ symbol, ex_day, kind }: ActionTerms) => `${symbol} ${ex_day} ${kind}`;

const NEW: readonly Column<ActionTerms>[] = [
  { id: 'day', header: words.exDay, cell: ({ ex_day }) => <Day date={ex_day} /> },
  { id: 'symbol', header: words.symbol, cell: ({ symbol }) => symbol },
  { id: 'what', header: words.what, cell: actionWord },
  { id: 'note', header: words.remark, cell: ({ note }) => note || '–', grow: true },
];

const CHANGED: readonly Column<ChangedAction>[] = [
  { id: 'day', header: words.exDay, cell: ({ after }) => <Day date={after.ex_day} /> },
  { id: 'symbol', header: words.symbol, cell: ({ after }) => after.symbol },
  { id: 'before', header: words.before, cell: ({ before }) => actionWord(before) },
  { id: 'becomes', header: words.becomes, cell: ({ after }) => actionWord(after), grow: true },
];

/** What a list of actions would change. */
export function Changes({ changes }: { changes: ImportedActions }) {
  const { new_count, changed_count, known, refused, unreadable, unreadable_count } = changes;
  const lines = unreadable.map(({ line, reason }) =>
    words.place(changes.places, line, sentence(reason)),
  );
  return (
    <div className={css.changes} role="status">
      {new_count + changed_count === 0 && <p className={css.soft}>{words.nothingChanges}</p>}
      {new_count > 0 && (
        <>
          <h3 className={css.heading}>{words.fresh(new_count)}</h3>
          <DataTable
            label={words.fresh(new_count)}
            rows={changes.new}
            columns={NEW}
            rowId={idOf}
            height="240px"
          />
        </>
      )}
      {changed_count > 0 && (
        <>
          <h3 className={css.heading}>{words.changing(changed_count)}</h3>
          <DataTable
            label={words.changing(changed_count)}
            rows={changes.changed}
            columns={CHANGED}
            rowId={({ id }) => String(id)}
            height="240px"
          />
        </>
      )}
      <Told title={words.stays} lines={refused.map(sentence)} all={changes.refused_count} />
      <Told
        title={words.doubted(changes.doubted_count)}
        lines={changes.doubted.map(sentence)}
        all={changes.doubted_count}
      />
      <Told title={words.unreadable(unreadable_count)} lines={lines} all={unreadable_count} />
      {known > 0 && <p className={css.soft}>{words.known(known)}</p>}
      {changes.repeated > 0 && <p className={css.soft}>{words.repeated(changes.repeated)}</p>}
      {changes.passed_over > 0 && (
        <p className={css.soft}>{words.passedOver(changes.passed_over)}</p>
      )}
    </div>
  );
}

interface ToldProps {
  title: string;
  lines: readonly string[];
  /** How many there are, of which the first come as lines. */
  all: number;
}

function Told({ title, lines, all }: ToldProps) {
  if (lines.length === 0) return null;
  return (
    <div className={css.warning}>
      <h3 className={css.heading}>{title}</h3>
      <ul className={css.lines}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
        {all > lines.length && <li>{words.more(all - lines.length)}</li>}
      </ul>
    </div>
  );
}
