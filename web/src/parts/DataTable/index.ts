export { DataTable } from './DataTable';
export { sortOf, sortText } from './sortText';
export type { Column, Density, Sort } from './types';
