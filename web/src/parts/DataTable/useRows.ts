import {
  columnVisibilityFeature,
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { compareKeys } from './sorting';
import type { Column, DataTableProps, Sort } from './types';

const features = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
});

function definitions<Row extends object>(columns: readonly Column<Row>[]) {
  const helper = createColumnHelper<typeof features, Row>();
  return columns.map((column) =>
    helper.accessor((row: Row): unknown => column.sortBy?.(row) ?? undefined, {
      id: column.id,
      sortUndefined: 'last',
      sortFn: (one, other, id) => compareKeys(one.getValue(id), other.getValue(id)),
    }),
  );
}

export interface Arranged<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  sort: Sort | null;
  setSort: (sort: Sort | null) => void;
  shown: readonly string[];
  setShown: (shown: readonly string[]) => void;
}

/** The rows in their order and the columns that are shown, from props or own state. */
export function useRows<Row extends object>(props: DataTableProps<Row>): Arranged<Row> {
  const { rows, columns } = props;
  const [ownSort, setOwnSort] = useState<Sort | null>(null);
  const [ownShown, setOwnShown] = useState<readonly string[] | null>(null);
  const sort = props.sort === undefined ? ownSort : props.sort;
  const shown =
    props.shown ??
    ownShown ??
    columns.filter((column) => !column.optional).map((column) => column.id);

  const data = useMemo(() => [...rows], [rows]);
  const defined = useMemo(() => definitions(columns), [columns]);
  const table = useTable({
    features,
    data,
    columns: defined,
    state: {
      sorting: sort ? [{ id: sort.column, desc: sort.descending }] : [],
      columnVisibility: Object.fromEntries(columns.map(({ id }) => [id, shown.includes(id)])),
    },
  });

  const visible = new Set(table.getVisibleLeafColumns().map((column) => column.id));
  return {
    rows: table.getRowModel().rows.map((row) => row.original),
    columns: columns.filter((column) => visible.has(column.id)),
    sort,
    setSort: props.onSort ?? setOwnSort,
    shown,
    setShown: props.onShown ?? setOwnShown,
  };
}
