import { Button, Checkbox, PasswordInput } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { changePassword, tokensQuery } from '../../api/account';
import { fieldOf } from '../../api/problems';
import { useWrite } from '../../api/useWrite';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { isSameTwice, NewPassword } from '../sign-in/NewPassword';
import { words as signInWords } from '../sign-in/words';
import css from './Settings.module.css';
import { isActive } from './tokenState';
import { words } from './words';

const text = words.account;
const FIELDS = ['password', 'new_password', 'keep_tokens'] as const;
const EMPTY = { password: '', repeat: '' };

export function Password() {
  const [present, setPresent] = useState('');
  const [fresh, setFresh] = useState(EMPTY);
  const [kept, setKept] = useState<readonly string[]>([]);
  const { write, isBusy, refusal, forget } = useWrite(['account', 'me']);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isSameTwice(fresh)) return;
    const body = { password: present, new_password: fresh.password, keep_tokens: [...kept] };
    if (!(await write(() => changePassword(body)))) return;
    setPresent('');
    setFresh(EMPTY);
    showNotification({ message: text.changed, closeButtonProps: { 'aria-label': words.close } });
  };
  return (
    <Section title={text.password} note={text.passwordNote}>
      <form onSubmit={submit} className={css.narrow}>
        <PasswordInput
          label={text.present}
          value={present}
          error={mistakeOf(refusal, 'password', text.present)}
          onChange={(event) => {
            setPresent(event.currentTarget.value);
            forget();
          }}
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <NewPassword
          value={fresh}
          onChange={setFresh}
          error={mistakeOf(refusal, 'new_password', signInWords.newPassword)}
        />
        <KeptTokens
          kept={kept}
          onChange={(next) => {
            setKept(next);
            forget();
          }}
          error={mistakeOf(refusal, 'keep_tokens', text.keep, kept)}
        />
        <Refusal refusal={fieldOf(refusal, FIELDS) === null ? refusal : null} />
        <div>
          <Button type="submit" disabled={isBusy || present === '' || !isSameTwice(fresh)}>
            {isBusy ? text.sending : text.changePassword}
          </Button>
        </div>
      </form>
    </Section>
  );
}

interface KeptProps {
  kept: readonly string[];
  onChange: (kept: readonly string[]) => void;
  error: ReactNode;
}

/** Tokens end with the password unless they are named. One that has ended meanwhile stays as long as it is ticked. */
function KeptTokens({ kept, onChange, error }: KeptProps) {
  const { data } = useQuery(tokensQuery);
  const active = (data?.items ?? []).filter(isActive).map(({ name }) => name);
  const names = [...new Set([...active, ...kept])];
  if (names.length === 0) return null;
  return (
    <Checkbox.Group
      label={text.keep}
      description={text.keepNote}
      value={[...kept]}
      onChange={onChange}
      error={error}
    >
      {names.map((name) => (
        <Checkbox key={name} value={name} label={name} mt={8} />
      ))}
    </Checkbox.Group>
  );
}
