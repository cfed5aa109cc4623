import { TextInput } from '@mantine/core';
import { isTime } from './draft';
import { words } from './words';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A time of day in 24 hours. The browser's own field shows AM and PM where its language does, and no page may ask otherwise. */
export function TimeField({ label, value, onChange }: Props) {
  return (
    <TextInput
      label={label}
      value={value}
      inputMode="numeric"
      placeholder={words.timePlaceholder}
      error={isTime(value) ? null : words.noTime}
      onChange={(event) => onChange(withColon(event.currentTarget.value, value))}
    />
  );
}

/** Four digits in a row are a time as well, except for whoever has just taken the colon away. */
function withColon(typed: string, before: string): string {
  const isFour = /^\d{4}$/.test(typed) && typed !== before.replace(':', '');
  return isFour ? `${typed.slice(0, 2)}:${typed.slice(2)}` : typed;
}
