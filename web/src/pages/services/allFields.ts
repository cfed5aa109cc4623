import type { FilterField } from '../../parts/FilterBar';
import { words } from './words';

/** By what the services of everybody are filtered. */
export const allFields: readonly FilterField[] = [
  { kind: 'text', id: 'q', label: words.filterName },
  {
    kind: 'choice',
    id: 'state',
    label: words.filterState,
    options: [
      { value: 'on', label: words.on },
      { value: 'off', label: words.off },
    ],
  },
  {
    kind: 'chips',
    id: 'only',
    label: words.filterTrouble,
    options: [
      { value: 'restart', label: words.troubleRestart },
      { value: 'failures', label: words.troubleFailures },
    ],
  },
];
