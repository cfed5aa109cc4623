import { TextInput } from '@mantine/core';
import type { Explanation } from '../../api/problems';
import { mistakeOf } from '../../parts/Refusal';
import { words } from './words';

interface Props {
  value: string;
  onChange: (value: string) => void;
  refusal: Explanation | null;
}

/** As the daemon calls it. */
const FIELD = 'reason';
/** Of a dialog that has this field. */
export const REASON_FIELDS = [FIELD] as const;

export function ReasonField({ value, onChange, refusal }: Props) {
  return (
    <TextInput
      label={words.reason}
      value={value}
      maxLength={200}
      error={mistakeOf(refusal, FIELD, words.reasonShort)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
