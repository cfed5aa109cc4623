import { useStrategies } from '../../api/useStrategies';
import { codeWords } from '../../format/codes';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import type { OrderSearch } from './filter';
import { words } from './words';

interface Props {
  search: OrderSearch;
  onChange: (id: string, value: string | undefined) => void;
  onClear: () => void;
}

export function OrderFilters({ search, onChange, onClear }: Props) {
  const strategies = useStrategies();
  const { symbol, from, through, side, strategy } = search;
  const w = words.filters;
  const fields: FilterField[] = [
    { kind: 'text', id: 'symbol', label: w.symbol, placeholder: w.symbolExample },
    { kind: 'date', id: 'from', label: w.from, ...(through && { max: through }) },
    { kind: 'date', id: 'through', label: w.through, ...(from && { min: from }) },
    {
      kind: 'choice',
      id: 'side',
      label: w.side,
      options: [
        { value: 'buy', label: 'buy' },
        { value: 'sell', label: 'sell' },
      ],
    },
  ];
  if (strategies.length > 1) {
    const options = strategies.map((value) => ({ value, label: codeWords(value) }));
    fields.push({ kind: 'choice', id: 'strategy', label: w.strategy, options });
  }
  return (
    <FilterBar
      fields={fields}
      values={{ symbol, from, through, side, strategy }}
      onChange={onChange}
      onClear={onClear}
    />
  );
}
