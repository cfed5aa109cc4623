import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { removeMailServer, setMailServer } from '../../api/channels';
import { fieldOf } from '../../api/problems';
import type { MailSecurityKind, MailServerBody, MailServerRequest } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { numberTyped, whyTyped } from '../../format/typed';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Instant } from '../../parts/Instant';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { mailServerWords as text } from './carrierWords';
import css from './System.module.css';

const SECURITIES: readonly MailSecurityKind[] = ['tls', 'starttls', 'none'];
const PORT = { kind: 'whole', least: 1, most: 65_535 } as const;
const FIELDS = ['host', 'port', 'security', 'user', 'password', 'from'] as const;
type Field = (typeof FIELDS)[number];
type Typed = Record<Field, string>;

function typedOf(server: MailServerBody | null): Typed {
  return {
    host: server?.host ?? '',
    port: String(server?.port ?? 465),
    security: server?.security ?? 'tls',
    user: server?.user ?? '',
    password: '',
    from: server?.from ?? '',
  };
}

/** What is sent; null while the port is none. */
function requestOf(typed: Typed): MailServerRequest | null {
  const port = numberTyped(typed.port, PORT);
  if (port === null) return null;
  const security = SECURITIES.find((one) => one === typed.security) ?? 'tls';
  const body: MailServerRequest = {
    host: typed.host.trim(),
    port,
    security,
    from: typed.from.trim(),
  };
  if (typed.user.trim() !== '') body.user = typed.user.trim();
  if (typed.password !== '') body.password = typed.password;
  return body;
}

/** The installation's mail server. Its password goes in and does not come out. */
export function MailServer({ server }: { server: MailServerBody | null }) {
  const [isAsking, setIsAsking] = useState(false);
  const cache = useQueryClient();
  const remove = async () => {
    await removeMailServer();
    await cache.invalidateQueries({ queryKey: ['channels'] });
  };
  const removal = server && (
    <Button size="compact-sm" color="bad" variant="outline" onClick={() => setIsAsking(true)}>
      {text.remove}
    </Button>
  );
  return (
    <Section title={text.title} note={text.note} actions={removal ?? undefined}>
      <p className={css.text}>
        {server === null ? (
          text.none
        ) : (
          <>
            {text.since} <Instant at={server.changed_at} day />
          </>
        )}
      </p>
      <Form server={server} />
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={text.removeTitle}
        confirm={text.remove}
        danger
        onConfirm={remove}
      >
        <p className={css.text}>{text.removeText}</p>
      </ConfirmDialog>
    </Section>
  );
}

function Form({ server }: { server: MailServerBody | null }) {
  const [typed, setTyped] = useState(() => typedOf(server));
  const { write, isBusy, refusal, forget } = useWrite(['channels']);
  const body = requestOf(typed);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (body !== null && (await write(() => setMailServer(body)))) {
      setTyped({ ...typed, password: '' });
    }
  };
  const field = (name: Field) => ({
    label: text[name],
    value: typed[name],
    // What is longer than the daemon takes is refused by it at once, and not cut while it is typed.
    error: mistakeOf(refusal, name, text[name]),
    onChange: (event: { currentTarget: { value: string } }) => {
      setTyped({ ...typed, [name]: event.currentTarget.value });
      forget();
    },
  });
  const isFilled = typed.host.trim() !== '' && typed.from.trim() !== '';
  return (
    <form onSubmit={submit} className={css.form} autoComplete="off">
      <TextInput {...field('host')} autoComplete="off" />
      <TextInput
        {...field('port')}
        inputMode="numeric"
        autoComplete="off"
        error={whyTyped(typed.port, PORT) ?? mistakeOf(refusal, 'port', text.port)}
      />
      <NativeSelect
        {...field('security')}
        data={SECURITIES.map((value) => ({ value, label: text.securities[value] }))}
      />
      <TextInput {...field('user')} description={text.userHint} autoComplete="off" />
      <PasswordInput
        {...field('password')}
        description={text.passwordHint}
        autoComplete="new-password"
      />
      <TextInput {...field('from')} autoComplete="off" />
      <Refusal refusal={fieldOf(refusal, FIELDS) === null ? refusal : null} />
      <div>
        <Button type="submit" disabled={isBusy || body === null || !isFilled}>
          {text.save}
        </Button>
      </div>
    </form>
  );
}
