import { Checkbox } from '@mantine/core';
import { words } from './words';

interface Props {
  name: string;
  isChosen: boolean;
  onChange: (isChosen: boolean) => void;
}

/** Puts a user among those with whom the same is done. */
export function Choose({ name, isChosen, onChange }: Props) {
  return (
    <Checkbox
      size="xs"
      aria-label={words.selectUser(name)}
      checked={isChosen}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
