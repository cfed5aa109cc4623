import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { KINDS, type SignalSearch, STATUS_NAMES } from './filter';
import { STATUSES, words } from './words';

interface Props {
  search: SignalSearch;
  onChange: (id: string, value: string | undefined) => void;
  onClear: () => void;
}

const w = words.filters;
const statuses = STATUS_NAMES.map((value) => ({ value, label: STATUSES[value].word }));
const kinds = KINDS.map((value) => ({ value, label: words.kinds[value] }));

export function SignalFilters({ search, onChange, onClear }: Props) {
  const { status, kind, symbol, from, through } = search;
  const fields: FilterField[] = [
    {
      kind: 'text',
      id: 'symbol',
      label: w.symbol,
      placeholder: w.symbolExample,
      isShort: true,
    },
    { kind: 'choice', id: 'status', label: w.status, options: statuses },
    { kind: 'date', id: 'from', label: w.from, ...(through && { max: through }) },
    { kind: 'date', id: 'through', label: w.through, ...(from && { min: from }) },
    { kind: 'chips', id: 'kind', label: w.kind, options: kinds },
  ];
  return (
    <FilterBar
      fields={fields}
      values={{ status, kind, symbol, from, through }}
      onChange={onChange}
      onClear={onClear}
    />
  );
}
