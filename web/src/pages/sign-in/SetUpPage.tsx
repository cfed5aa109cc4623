import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { meQuery, setUp } from '../../api/auth';
import { explain } from '../../api/problems';
import { mistakeOf } from '../../parts/Refusal';
import { FirstSteps } from './FirstSteps';
import { Frame } from './Frame';
import css from './Frame.module.css';
import { isSameTwice, NewPassword, newPasswordMistake } from './NewPassword';
import { Problem } from './Problem';
import { tokenOf } from './token';
import { useOnce } from './useOnce';
import { words } from './words';

/** Nobody can make a new link for the first admin but the daemon itself. */
function linkNext(error: unknown): string | undefined {
  return explain(error).code === 'link_unusable' ? words.setUpAgain : undefined;
}

/** Where the link leads that the daemon prints at its first start. */
export function SetUpPage() {
  const token = useLocation({ select: ({ hash }) => tokenOf(hash, 'setup') });
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [passwords, setPasswords] = useState({ password: '', repeat: '' });
  const [isMade, setIsMade] = useState(false);
  const { send, isPending, error, forget } = useOnce(setUp, (me) => {
    cache.clear();
    cache.setQueryData(meQuery.queryKey, me);
    setIsMade(true);
  });

  const refusal = error ? explain(error) : null;
  const nameMistake = mistakeOf(refusal, 'name', words.name);
  const passwordMistake = newPasswordMistake(refusal);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token !== null && isSameTwice(passwords)) {
      send({ token, name: name.trim(), password: passwords.password });
    }
  };

  if (isMade) return <FirstSteps />;
  return (
    <Frame title={words.setUpTitle}>
      <p className={css.note}>{words.setUpText}</p>
      {token === null && <Alert color="bad">{words.noToken}</Alert>}
      <form onSubmit={submit} onChange={forget}>
        <Stack gap={12}>
          {error && !nameMistake && !passwordMistake && (
            <Problem error={error} next={linkNext(error)} />
          )}
          <TextInput
            label={words.name}
            value={name}
            error={nameMistake}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
          />
          <NewPassword value={passwords} onChange={setPasswords} error={passwordMistake} />
          <Button
            type="submit"
            fullWidth
            disabled={token === null || isPending || !isSameTwice(passwords)}
          >
            {isPending ? words.sending : words.setUp}
          </Button>
        </Stack>
      </form>
    </Frame>
  );
}
