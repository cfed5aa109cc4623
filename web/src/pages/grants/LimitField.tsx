import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { bytes } from '../../format/numbers';
import { isOpen, limitShown } from './limits';
import { limitWord, words } from './words';

interface Props {
  name: string;
  value: number | null;
  /** As it was typed; nothing where it was not. */
  typed: string | undefined;
  onType: (text: string) => void;
  /** What the daemon says against it. */
  mistake: ReactNode;
}

export function LimitField({ name, value, typed, onType, mistake }: Props) {
  const { text, why } = limitShown(name, value, typed);
  const help = name.endsWith('_bytes') && value !== null ? bytes(value) : undefined;
  return (
    <TextInput
      size="sm"
      label={limitWord(name)}
      description={isOpen(name) ? words.empty : help}
      value={text}
      error={why ?? mistake}
      inputMode={name.endsWith('_paise') ? 'decimal' : 'numeric'}
      autoComplete="off"
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}
