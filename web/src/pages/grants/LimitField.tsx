import { NumberInput, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { parseRupees, rupeesPlain } from '../../format/money';
import { bytes } from '../../format/numbers';
import { limitWord, words } from './words';

interface Props {
  name: string;
  value: number | null;
  onChange: (value: number | null) => void;
  /** What the daemon says against it. */
  mistake: ReactNode;
}

/** Those that may be left empty: there is no limit then. */
const OPEN = new Set(['orders_per_day', 'max_order_value_paise']);

export function LimitField(props: Props) {
  const { name, value, onChange, mistake } = props;
  if (name.endsWith('_paise')) return <MoneyField {...props} />;
  const isOpen = OPEN.has(name);
  const help = name.endsWith('_bytes') && value !== null ? bytes(value) : undefined;
  return (
    <NumberInput
      size="sm"
      label={limitWord(name)}
      description={isOpen ? words.empty : help}
      value={value ?? ''}
      error={mistake}
      min={0}
      allowDecimal={false}
      hideControls
      onChange={(next) => {
        if (next === '') {
          if (isOpen) onChange(null);
        } else onChange(Number(next));
      }}
    />
  );
}

function MoneyField({ name, value, onChange, mistake }: Props) {
  const [text, setText] = useState(value === null ? '' : rupeesPlain(value));
  const isWrong = text.trim() !== '' && parseRupees(text) === null;
  // Taken back, or set by somebody else: what was typed gives way.
  const isOwn = isWrong || parseRupees(text) === value;
  return (
    <TextInput
      size="sm"
      label={limitWord(name)}
      description={words.empty}
      error={isWrong ? words.amount : mistake}
      value={isOwn ? text : value === null ? '' : rupeesPlain(value)}
      inputMode="decimal"
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        if (typed.trim() === '') onChange(null);
        else {
          const paise = parseRupees(typed);
          if (paise !== null) onChange(paise);
        }
      }}
    />
  );
}
