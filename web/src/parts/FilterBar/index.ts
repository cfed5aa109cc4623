export { FilterBar } from './FilterBar';
export { TextFilter } from './TextFilter';
export type { FilterField, FilterValues } from './types';
