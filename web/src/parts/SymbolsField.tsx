import { Textarea, type TextareaProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { knownSymbolsQuery } from '../api/market';
import { readSymbols } from '../format/symbols';
import { Strangers } from './Strangers';

const PAUSE_MS = 300;

interface Props extends Omit<TextareaProps, 'value' | 'onChange'> {
  value: string;
  onChange: (text: string) => void;
}

/**
 * A list of symbols, as it is typed or pasted. What can be no symbol is the caller's to refuse; a symbol that the market does
 * not know is only pointed out, as a share may be listed later.
 */
export function SymbolsField({ value, onChange, ...field }: Props) {
  const [rested] = useDebouncedValue(value, PAUSE_MS);
  const { symbols } = readSymbols(rested);
  const { data: known } = useQuery({ ...knownSymbolsQuery, enabled: symbols.length > 0 });
  const strangers = known ? symbols.filter((symbol) => !known.has(symbol)) : [];
  return (
    <div>
      <Textarea
        {...field}
        value={value}
        rows={2}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div role="status">{strangers.length > 0 && <Strangers symbols={strangers} />}</div>
    </div>
  );
}
