import type { ReactNode } from 'react';
import { belongsToControl } from './belongsToControl';
import css from './DataTable.module.css';
import { nextSort } from './sorting';
import type { Column, Sort } from './types';
import { words } from './words';

export interface ViewProps<Row> {
  label: string;
  rows: readonly Row[];
  rowId: (row: Row) => string;
  first: number;
  end: number;
  before: number;
  after: number;
  total: number | undefined;
  onOpen: ((row: Row) => void) | undefined;
  onFocusRow: (index: number) => void;
  actions: ((row: Row) => ReactNode) | undefined;
}

interface Props<Row> extends ViewProps<Row> {
  /** Given where rows differ in height. */
  measure: ((element: HTMLElement | null) => void) | undefined;
  columns: readonly Column<Row>[];
  sort: Sort | null;
  setSort: (sort: Sort | null) => void;
}

function cellClass<Row>(column: Column<Row>): string | undefined {
  if (column.grow) return column.wrap ? `${css.grow} ${css.wrap}` : css.grow;
  return column.align === 'right' ? css.right : undefined;
}

function Heading<Row>({
  column,
  sort,
  setSort,
}: { column: Column<Row> } & Pick<Props<Row>, 'sort' | 'setSort'>) {
  const sorted =
    sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
  const arrow = sorted === 'ascending' ? '▲' : sorted === 'descending' ? '▼' : '';
  return (
    <th
      scope="col"
      className={column.align === 'right' ? css.right : undefined}
      aria-sort={sorted}
      style={{ minWidth: column.width }}
    >
      {column.sortBy ? (
        <button
          type="button"
          className={css.sort}
          onClick={() => setSort(nextSort(sort, column.id))}
        >
          {column.header}
          {arrow && (
            <span aria-hidden="true" className={css.arrow}>
              {arrow}
            </span>
          )}
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

function Room({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr className={css.room} aria-hidden="true">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

function BodyRow<Row>({ row, index, ...props }: Props<Row> & { row: Row; index: number }) {
  const { onOpen, actions } = props;
  return (
    <tr
      ref={props.measure}
      data-index={index}
      className={onOpen ? `${css.row} ${css.opens}` : css.row}
      tabIndex={-1}
      data-row={index}
      aria-rowindex={index + 2}
      onFocus={() => props.onFocusRow(index)}
      onClick={onOpen && ((event) => belongsToControl(event.target) || onOpen(row))}
    >
      {props.columns.map((column) => (
        <td key={column.id} className={cellClass(column)}>
          {column.cell(row)}
        </td>
      ))}
      {actions && <td className={css.right}>{actions(row)}</td>}
    </tr>
  );
}

export function TableView<Row>(props: Props<Row>) {
  const { columns, rows, first, end, actions } = props;
  const width = columns.length + (actions ? 1 : 0);
  return (
    <table className={css.table} aria-label={props.label} aria-rowcount={props.total}>
      <thead>
        <tr>
          {columns.map((column) => (
            <Heading key={column.id} column={column} sort={props.sort} setSort={props.setSort} />
          ))}
          {actions && (
            <th scope="col">
              <span className="visually-hidden">{words.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        <Room height={props.before} columns={width} />
        {rows.slice(first, end).map((row, offset) => (
          <BodyRow key={props.rowId(row)} {...props} row={row} index={first + offset} />
        ))}
        <Room height={props.after} columns={width} />
      </tbody>
    </table>
  );
}
