import type { ReactNode } from 'react';
import { belongsToControl } from './belongsToControl';
import css from './DataTable.module.css';
import type { ViewProps } from './TableView';

interface Props<Row> extends ViewProps<Row> {
  card: (row: Row) => ReactNode;
  measure: ((element: HTMLElement | null) => void) | undefined;
}

/** The rows as cards: a table of many columns cannot be read on a narrow screen. */
export function CardView<Row>(props: Props<Row>) {
  const { rows, first, end, onOpen, actions } = props;
  return (
    <ul className={css.cards} aria-label={props.label}>
      {props.before > 0 && <li aria-hidden="true" style={{ height: props.before }} />}
      {rows.slice(first, end).map((row, offset) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list around it listens to the keys
        <li
          key={props.rowId(row)}
          ref={props.measure}
          data-index={first + offset}
          data-row={first + offset}
          tabIndex={-1}
          className={onOpen ? `${css.card} ${css.opens}` : css.card}
          onFocus={() => props.onFocusRow(first + offset)}
          onClick={onOpen && ((event) => belongsToControl(event.target) || onOpen(row))}
        >
          {props.card(row)}
          {actions && <div className={css.cardActions}>{actions(row)}</div>}
        </li>
      ))}
      {props.after > 0 && <li aria-hidden="true" style={{ height: props.after }} />}
    </ul>
  );
}
