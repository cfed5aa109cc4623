import { PasswordInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Explanation } from '../../api/problems';
import { mistakeOf } from '../../parts/Refusal';
import { words } from './words';

interface TwicePassword {
  password: string;
  repeat: string;
}

interface Props {
  value: TwicePassword;
  onChange: (value: TwicePassword) => void;
  /** What the daemon says against it. */
  error: ReactNode;
}

export const isSameTwice = ({ password, repeat }: TwicePassword) =>
  password !== '' && password === repeat;

/** What is said against it where it is the only password of the form. */
export const newPasswordMistake = (refusal: Explanation | null) =>
  mistakeOf(refusal, 'new_password', words.newPassword) ??
  mistakeOf(refusal, 'password', words.newPassword);

/** A new password, typed twice. How good it has to be is the daemon's to say. */
export function NewPassword({ value, onChange, error }: Props) {
  const differs = value.repeat !== '' && value.repeat !== value.password;
  return (
    <>
      <PasswordInput
        label={words.newPassword}
        value={value.password}
        onChange={(event) => onChange({ ...value, password: event.currentTarget.value })}
        autoComplete="new-password"
        error={error}
        required
        withAsterisk={false}
      />
      <PasswordInput
        label={words.repeat}
        value={value.repeat}
        onChange={(event) => onChange({ ...value, repeat: event.currentTarget.value })}
        autoComplete="new-password"
        error={differs ? words.different : undefined}
        required
        withAsterisk={false}
      />
    </>
  );
}
