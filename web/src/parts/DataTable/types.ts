import type { ReactNode } from 'react';

export interface Column<Row> {
  id: string;
  /** The heading; also the name of the column where columns are chosen. */
  header: string;
  cell: (row: Row) => ReactNode;
  /** `right` for figures. */
  align?: 'left' | 'right';
  /** What to sort by; a column without it cannot be sorted. Null comes last either way. */
  sortBy?: (row: Row) => string | number | null;
  /** Smallest width in pixels. */
  width?: number;
  /** Not shown until it is chosen. */
  optional?: boolean;
  /** Takes the rest of the width and cuts off what does not fit. */
  grow?: boolean;
  /** Breaks into lines instead: what somebody has to read stays whole. */
  wrap?: boolean;
}

export interface Sort {
  column: string;
  descending: boolean;
}

export type Density = 'desk' | 'touch' | 'compact';

export const ROW_HEIGHT: Readonly<Record<Density, number>> = { desk: 32, touch: 44, compact: 28 };

export interface DataTableProps<Row> {
  /** The accessible name, such as `Orders of today`. */
  label: string;
  /** Keep it the same array while nothing changed, as React Query does. */
  rows: readonly Row[];
  /** Best defined outside of the component. */
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  /** Given together when the sort lives in the URL; else the table keeps it. */
  sort?: Sort | null;
  onSort?: (sort: Sort | null) => void;
  /** Ids of the columns shown; given together when the choice lives in the URL. */
  shown?: readonly string[] | undefined;
  onShown?: (shown: readonly string[]) => void;
  density?: Density;
  /** Enter or a click on a row. */
  onOpen?: (row: Row) => void;
  /** Buttons or a menu at the end of the row. */
  actions?: (row: Row) => ReactNode;
  /** Whether the API has a next page; `onMore` reads it when the end comes near. */
  more?: boolean;
  reading?: boolean;
  /** Whether reading on has failed: then only the button reads on, or it would be tried for ever. */
  stuck?: boolean;
  onMore?: () => void;
  /** One row as a card, for narrow screens. */
  card?: (row: Row) => ReactNode;
  /** Height of the part that scrolls, as CSS. */
  height?: string;
}
