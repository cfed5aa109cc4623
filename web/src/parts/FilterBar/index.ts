export { FilterBar } from './FilterBar';
export { TextFilter } from './TextFilter';
export type { FilterField, FilterOption, FilterValues } from './types';
