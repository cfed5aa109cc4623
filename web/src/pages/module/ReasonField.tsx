import { TextInput } from '@mantine/core';
import { words } from './words';

export function ReasonField(props: { value: string; onChange: (value: string) => void }) {
  return (
    <TextInput
      label={words.reason}
      value={props.value}
      maxLength={200}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}
