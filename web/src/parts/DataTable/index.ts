export { DataTable } from './DataTable';
export type { Column, Density, Sort } from './types';
