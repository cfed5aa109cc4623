import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { createToken } from '../../api/account';
import { fieldOf } from '../../api/problems';
import type { Scope, TokenRequest } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { tooLong } from '../../format/text';
import { numberTyped, whyTyped } from '../../format/typed';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { useMe } from '../../shell/viewing';
import css from './Settings.module.css';
import { ShownOnce } from './ShownOnce';
import { words } from './words';

const text = words.tokens;

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Makes a token and shows it once. A click beside the dialog does not close it: the secret would be lost. */
export function NewTokenDialog({ opened, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={text.newTitle}
      closeOnClickOutside={false}
      centered
      closeButtonProps={{ 'aria-label': words.close }}
    >
      <Content onClose={onClose} />
    </Modal>
  );
}

function Content({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);
  if (secret === null) return <Form onClose={onClose} onMade={setSecret} />;
  return (
    <Stack gap={12}>
      <p className={css.text}>{text.shownOnce}</p>
      <ShownOnce secret={secret} copy={text.copy} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{text.done}</Button>
      </Group>
    </Stack>
  );
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
  const noName = tooLong(name.trim(), LONGEST_NAME);
  const isWrong = noDays !== undefined || noName !== undefined;
  const scopes = SCOPES.filter((one) => isAdmin || one !== 'admin');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isWrong) return;
    const ends = numberTyped(days, DAYS);
    const expires = ends === null ? {} : { expires_in_days: ends };
    const body: TokenRequest = { name: name.trim(), scope, ...expires };
    await write(async () => onMade((await createToken(body)).token));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap={12}>
        <TextInput
          label={text.name}
          value={name}
          error={noName ?? mistakeOf(refusal, 'name', text.name)}
          onChange={(event) => {
            setName(event.currentTarget.value);
            forget();
          }}
          autoComplete="off"
          data-autofocus
          required
          withAsterisk={false}
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
          onChange={(event) => {
            setDays(event.currentTarget.value);
            forget();
          }}
        />
        <Refusal
          refusal={fieldOf(refusal, ['name', 'expires_in_days']) === null ? refusal : null}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {words.totp.cancel}
          </Button>
          <Button type="submit" disabled={isBusy || name.trim() === '' || isWrong}>
            {text.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
