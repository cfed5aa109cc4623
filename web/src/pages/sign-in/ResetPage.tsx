import { Alert, Button, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { resetPassword } from '../../api/auth';
import { explain } from '../../api/problems';
import { Frame } from './Frame';
import css from './Frame.module.css';
import { isSameTwice, NewPassword, newPasswordMistake } from './NewPassword';
import { Problem } from './Problem';
import { tokenOf } from './token';
import { useOnce } from './useOnce';
import { words } from './words';

/** Where a one-time link for a new password leads. */
export function ResetPage() {
  const token = useLocation({ select: ({ hash }) => tokenOf(hash, 'reset') });
  const cache = useQueryClient();
  const [passwords, setPasswords] = useState({ password: '', repeat: '' });
  const [isChanged, setIsChanged] = useState(false);
  const { send, isPending, error, forget } = useOnce(resetPassword, () => {
    // Every session of the user has ended, this browser's as well.
    cache.clear();
    setIsChanged(true);
  });

  const mistake = newPasswordMistake(error ? explain(error) : null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token !== null && isSameTwice(passwords)) send({ token, password: passwords.password });
  };

  if (isChanged) {
    return (
      <Frame title={words.resetTitle} isNext>
        <Alert color="accent" role="status">
          {words.changed}
        </Alert>
        <Button component={Link} to="/login" replace fullWidth>
          {words.toLogIn}
        </Button>
      </Frame>
    );
  }
  return (
    <Frame title={words.resetTitle}>
      <p className={css.note}>{words.resetText}</p>
      {token === null && <Alert color="bad">{words.noToken}</Alert>}
      <form onSubmit={submit} onChange={forget}>
        <Stack gap={12}>
          {error && !mistake && <Problem error={error} />}
          <NewPassword value={passwords} onChange={setPasswords} error={mistake} />
          <Button
            type="submit"
            fullWidth
            disabled={token === null || isPending || !isSameTwice(passwords)}
          >
            {isPending ? words.sending : words.reset}
          </Button>
        </Stack>
      </form>
    </Frame>
  );
}
