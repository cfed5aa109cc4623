import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isPartOfSymbol, symbolsQuery } from '../../api/market';
import { rows } from '../../api/pages';
import { Icon } from '../../parts/icons/Icon';
import { words } from './words';

const PAUSE_MS = 200;
const MOST_SHOWN = 20;

/** Goes to another share by a few letters of its symbol. */
export function SymbolSearch() {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const { data } = useInfiniteQuery({
    ...symbolsQuery(asked.toUpperCase(), MOST_SHOWN),
    enabled: isPartOfSymbol(asked),
  });
  const symbols = isPartOfSymbol(asked) ? rows(data).map(({ symbol }) => symbol) : [];
  return (
    <Autocomplete
      size="xs"
      w={220}
      aria-label={words.search}
      placeholder={words.search}
      leftSection={<Icon name="search" />}
      data={symbols}
      limit={MOST_SHOWN}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={(symbol) => {
        setTyped('');
        void navigate({ to: '/symbols/$symbol', params: { symbol } });
      }}
      comboboxProps={{ withinPortal: true }}
      data-filter
    />
  );
}
