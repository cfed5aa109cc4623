import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useRef } from 'react';
import { CardView } from './CardView';
import { ColumnChoice } from './ColumnChoice';
import css from './DataTable.module.css';
import { TableView } from './TableView';
import { type DataTableProps, ROW_HEIGHT } from './types';
import { useRowKeys } from './useRowKeys';
import { useRows } from './useRows';
import { useWindow } from './useWindow';
import { words } from './words';

// A guess until a card was drawn and measured.
const CARD_HEIGHT = 88;
const NARROW = '(max-width: 40em)';

/** A list as a table: sticky heading, sort, chosen columns, keys; reads on at its end; cards when narrow. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const {
    label,
    rowId,
    onOpen,
    actions,
    card,
    density = 'desk',
    more = false,
    reading = false,
    stuck = false,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useMediaQuery(NARROW) && card !== undefined;
  const { rows, columns, sort, setSort, shown, setShown } = useRows(props);
  const rowHeight = narrow ? CARD_HEIGHT : ROW_HEIGHT[density];
  const part = useWindow({
    count: rows.length,
    rowHeight,
    scroller,
    more,
    reading,
    stuck,
    onMore: props.onMore,
  });
  const open = (index: number) => {
    const row = rows[index];
    if (row !== undefined) onOpen?.(row);
  };
  const keys = useRowKeys({ count: rows.length, scroller, reveal: part.reveal, onOpen: open });

  const view = {
    label,
    rows,
    rowId,
    first: part.first,
    end: part.end,
    before: part.before,
    after: part.after,
    // With more to come the number of rows is not known: -1 says so.
    total: more ? -1 : rows.length + 1,
    onOpen,
    onFocusRow: keys.onFocusRow,
    actions,
  };
  return (
    <div
      className={css.frame}
      style={{
        '--row-height': `${ROW_HEIGHT[density]}px`,
        '--table-height': props.height ?? '70vh',
      }}
    >
      <section
        className={css.scroller}
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={label}
        onKeyDown={keys.onKeyDown}
        onBlur={keys.onBlur}
      >
        {narrow && card ? (
          <CardView {...view} card={card} measure={part.measure} />
        ) : (
          <TableView
            {...view}
            columns={columns}
            sort={sort}
            setSort={setSort}
            measure={columns.some(({ wrap }) => wrap) ? part.measure : undefined}
          />
        )}
      </section>
      <div className={css.foot}>
        <output>
          {reading ? words.reading : words.rows(rows.length, more, sort !== null)}
          {stuck && !reading && ` ${words.stuck}`}
        </output>
        <span>
          {more && (
            <Button size="compact-xs" variant="subtle" disabled={reading} onClick={props.onMore}>
              {words.readMore}
            </Button>
          )}
          {!narrow && props.columns.some((column) => column.optional) && (
            <ColumnChoice columns={props.columns} shown={shown} setShown={setShown} />
          )}
        </span>
      </div>
    </div>
  );
}
