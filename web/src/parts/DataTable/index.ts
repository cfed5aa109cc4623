export { DataTable } from './DataTable';
export type { Column, DataTableProps, Density, Sort } from './types';
