import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { logIn } from '../../api/auth';
import { Failure } from '../../api/client';
import { explain } from '../../api/problems';
import type { Me } from '../../api/schema';
import { useFocusKept } from '../../parts/focus';
import { mistakeOf } from '../../parts/Refusal';
import { Problem } from './Problem';
import { useWait } from './useWait';
import { words } from './words';

interface Props {
  /** The name of the user who has to log in again; it can be changed. */
  name?: string;
  onLoggedIn: (me: Me) => void;
}

const asksForCode = (error: unknown) =>
  error instanceof Failure && (error.code === 'totp_required' || error.code === 'wrong_totp');

/** Name and password; the field for the code comes when the daemon asks for one, and nothing typed is lost. */
export function LogInForm({ name: knownName = '', onLoggedIn }: Props) {
  const [name, setName] = useState(knownName);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [needsCode, setNeedsCode] = useState(false);
  const busy = useRef(false);

  const attempt = useMutation({
    mutationFn: logIn,
    onSuccess: onLoggedIn,
    onError: (error) => {
      if (asksForCode(error)) setNeedsCode(true);
    },
    onSettled: () => {
      busy.current = false;
    },
  });
  const keepFocus = useFocusKept(attempt.isPending);
  const wait = useWait(attempt.error);
  const isFirstAskForCode =
    attempt.error instanceof Failure && attempt.error.code === 'totp_required' && needsCode;

  // What was refused is said until it is mended.
  const isSameCode = attempt.variables?.code === code.trim();
  const refusal = attempt.error && isSameCode ? explain(attempt.error) : null;
  const codeMistake = mistakeOf(refusal, 'code', words.code);
  const isCodeMended = needsCode && !isSameCode;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy.current || wait > 0) return;
    busy.current = true;
    keepFocus();
    attempt.mutate({ name: name.trim(), password, ...(needsCode && { code: code.trim() }) });
  };

  return (
    <form onSubmit={submit}>
      <Stack gap={12}>
        {attempt.error && !isFirstAskForCode && !codeMistake && !isCodeMended && (
          <Problem error={attempt.error} wait={wait} />
        )}
        <TextInput
          label={words.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          data-autofocus={knownName === '' || undefined}
          autoFocus={knownName === ''}
        />
        <PasswordInput
          label={words.password}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus={knownName !== '' || undefined}
        />
        {needsCode && (
          <TextInput
            label={words.code}
            description={words.codeHint}
            value={code}
            error={codeMistake}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="one-time-code"
            required
            withAsterisk={false}
            autoFocus
          />
        )}
        <Button type="submit" fullWidth disabled={attempt.isPending || wait > 0}>
          {attempt.isPending ? words.loggingIn : words.logIn}
        </Button>
      </Stack>
    </form>
  );
}
