import { Button, PasswordInput } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { fieldOf, pageError } from '../../api/problems';
import type { Credentials, MaskedCredentials } from '../../api/schema';
import { credentialsQuery, deleteCredentials, saveCredentials } from '../../api/settings';
import { useWrite } from '../../api/useWrite';
import { brokerName } from '../../format/broker';
import { codeWords } from '../../format/codes';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { BrokerSession } from './BrokerSession';
import css from './Settings.module.css';
import { words } from './words';

const text = words.broker;

type Field = keyof typeof text.fields;
const FIELDS: readonly Field[] = [
  'consumer_key',
  'ucc',
  'mobile',
  'mpin',
  'totp_secret',
  'outbound',
];
const labelOf = (name: string) => {
  const field = FIELDS.find((one) => one === name);
  return field ? text.fields[field][0] : codeWords(name);
};

/** The broker that one trades with, and the credentials for its log-in. They go in and never come out. */
export function Broker() {
  const { data, error, isPending, refetch } = useQuery(credentialsQuery);
  return (
    <>
      <BrokerSession />
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && (
          <>
            <Present stored={data} />
            <Replace stored={data} />
          </>
        )}
      </PageState>
    </>
  );
}

function Present({ stored }: { stored: MaskedCredentials }) {
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const remove = async () => {
    await deleteCredentials();
    await cache.invalidateQueries({ queryKey: ['settings'] });
  };
  const at = (
    <>
      {text.setOn} <Instant at={stored.updated_at ?? null} day />
    </>
  );
  const deletion = stored.fields.length > 0 && (
    <Button size="compact-sm" color="bad" variant="outline" onClick={() => setIsAsking(true)}>
      {text.delete}
    </Button>
  );
  return (
    <Section
      title={text.title}
      note={text.note(brokerName(stored.broker))}
      actions={deletion || undefined}
    >
      {stored.fields.length === 0 ? (
        <p className={css.text}>{text.notSet}</p>
      ) : (
        <DefinitionList
          items={stored.fields.map((field) => ({ term: labelOf(field), value: at }))}
        />
      )}
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={text.deleteTitle}
        confirm={text.delete}
        danger
        onConfirm={remove}
      >
        <p className={css.text}>{text.deleteText}</p>
      </ConfirmDialog>
    </Section>
  );
}

function Replace({ stored }: { stored: MaskedCredentials }) {
  const { write, isBusy, refusal, forget } = useWrite(['settings']);
  const [typed, setTyped] = useState<Partial<Record<Field, string>>>({});
  const [isAsking, setIsAsking] = useState(false);
  const filled = FIELDS.filter((field) => (typed[field] ?? '').trim() !== '');
  const lost = stored.fields.filter((field) => !filled.some((one) => one === field));

  const send = async () => {
    const body: Credentials = {};
    for (const field of filled) body[field] = typed[field]?.trim() ?? null;
    if (!(await write(() => saveCredentials(body)))) return;
    setTyped({});
    showNotification({ message: text.saved, closeButtonProps: { 'aria-label': words.close } });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (filled.length > 0) setIsAsking(true);
  };
  return (
    <Section title={text.replace} note={text.replaceNote}>
      <form onSubmit={submit} className={css.narrow} autoComplete="off">
        {FIELDS.map((field) => (
          <PasswordInput
            key={field}
            label={text.fields[field][0]}
            description={text.fields[field][1]}
            value={typed[field] ?? ''}
            autoComplete="new-password"
            error={mistakeOf(refusal, field, text.fields[field][0])}
            onChange={(event) => {
              setTyped({ ...typed, [field]: event.currentTarget.value });
              forget();
            }}
          />
        ))}
        <Refusal refusal={fieldOf(refusal, FIELDS) === null ? refusal : null} />
        <div>
          <Button type="submit" disabled={isBusy || filled.length === 0}>
            {text.save}
          </Button>
        </div>
      </form>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={text.saveTitle}
        confirm={text.save}
        danger={lost.length > 0}
        onConfirm={send}
      >
        <p className={css.text}>{filled.map(labelOf).join(', ')}.</p>
        {lost.length > 0 && (
          <p className={css.text}>{text.saveText(lost.map(labelOf).join(', '))}</p>
        )}
      </ConfirmDialog>
    </Section>
  );
}
