import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { createToken } from '../../api/account';
import type { Scope, TokenRequest } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { numberTyped, whyTyped } from '../../format/typed';
import { mistakeOf } from '../../parts/Refusal';
import { useMe } from '../../shell/viewing';
import { isTyped, OnceDialog, OnceField, OnceForm, OnceShown } from './OnceDialog';
import { words } from './words';

const text = words.tokens;

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Makes a token and shows it once. */
export function NewTokenDialog({ opened, onClose }: Props) {
  return (
    <OnceDialog opened={opened} onClose={onClose} title={text.newTitle}>
      <Content onClose={onClose} />
    </OnceDialog>
  );
}

function Content({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);
  if (secret === null) return <Form onClose={onClose} onMade={setSecret} />;
  const { shownOnce, copy, done } = text;
  return <OnceShown note={shownOnce} secret={secret} copy={copy} done={done} onClose={onClose} />;
}

interface FormProps {
  onClose: () => void;
  onMade: (secret: string) => void;
}

/** How many are too many the daemon says. */
const DAYS = { kind: 'whole', least: 1 } as const;
const LONGEST_NAME = 64;

const SCOPES: readonly Scope[] = ['read', 'control', 'admin'];

function Form({ onClose, onMade }: FormProps) {
  const isAdmin = useMe().role === 'admin';
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('read');
  const [days, setDays] = useState('');
  const { write, isBusy, refusal, forget } = useWrite(['account']);
  const noDays = days.trim() === '' ? undefined : whyTyped(days, DAYS);
  const scopes = SCOPES.filter((one) => isAdmin || one !== 'admin');

  const make = () => {
    const ends = numberTyped(days, DAYS);
    const expires = ends === null ? {} : { expires_in_days: ends };
    const body: TokenRequest = { name: name.trim(), scope, ...expires };
    return write(async () => onMade((await createToken(body)).token));
  };
  return (
    <OnceForm
      onSubmit={make}
      onClose={onClose}
      onType={forget}
      isBusy={isBusy}
      canSend={isTyped(name, LONGEST_NAME) && noDays === undefined}
      refusal={refusal}
      fields={['name', 'expires_in_days']}
      send={text.create}
      cancel={words.totp.cancel}
    >
      <OnceField
        name="name"
        label={text.name}
        value={name}
        onType={setName}
        most={LONGEST_NAME}
        refusal={refusal}
        isFirst
      />
      <NativeSelect
        label={text.scope}
        value={scope}
        data={scopes.map((value) => ({ value, label: `${value}: ${text.scopes[value]}` }))}
        onChange={(event) =>
          setScope(scopes.find((one) => one === event.currentTarget.value) ?? 'read')
        }
      />
      <TextInput
        label={text.days}
        description={text.daysHint}
        value={days}
        inputMode="numeric"
        autoComplete="off"
        error={noDays ?? mistakeOf(refusal, 'expires_in_days', text.days)}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
    </OnceForm>
  );
}
