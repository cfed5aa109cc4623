import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { fieldOf } from '../../api/problems';
import type { CreatedUser, RoleName } from '../../api/schema';
import { createUser } from '../../api/userAdmin';
import { useWrite } from '../../api/useWrite';
import { numberTyped, whyTyped } from '../../format/typed';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { LinkOnce } from './LinkOnce';
import { words } from './words';

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Adds a user and shows their link once. A click beside the dialog does not close it: the link would be lost. */
export function NewUserDialog({ opened, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.newTitle}
      closeOnClickOutside={false}
      centered
      closeButtonProps={{ 'aria-label': words.close }}
    >
      <Content onClose={onClose} />
    </Modal>
  );
}

function Content({ onClose }: { onClose: () => void }) {
  const [created, setCreated] = useState<CreatedUser | null>(null);
  if (!created) return <Form onClose={onClose} onCreated={setCreated} />;
  const { user, link } = created;
  return (
    <Stack gap={12}>
      <strong role="status">{words.added(user.name)}</strong>
      <LinkOnce link={link} name={user.name} />
      <Group justify="flex-end" gap={8}>
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link to="/admin/users/$id" params={{ id: String(user.id) }} {...props} />
          )}
        >
          {words.toUser}
        </Button>
        <Button onClick={onClose}>{words.done}</Button>
      </Group>
    </Stack>
  );
}

const MONEY = { kind: 'amount', least: 0 } as const;

interface FormProps {
  onClose: () => void;
  onCreated: (created: CreatedUser) => void;
}

function Form({ onClose, onCreated }: FormProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<RoleName>('user');
  const [capital, setCapital] = useState('');
  const { write, isBusy, refusal, forget } = useWrite(['users', 'health']);
  const isSaid = capital.trim() !== '';
  const paise = isSaid ? numberTyped(capital, MONEY) : null;
  const noAmount = isSaid ? whyTyped(capital, MONEY) : undefined;
  const isAtField = fieldOf(refusal, ['name', 'capital_paise']) !== null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (noAmount) return;
    const money = paise === null ? {} : { capital_paise: paise };
    void write(async () => onCreated(await createUser({ name: name.trim(), role, ...money })));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap={12}>
        <TextInput
          label={words.name}
          description={words.newHint}
          value={name}
          error={mistakeOf(refusal, 'name', words.name)}
          onChange={(event) => {
            setName(event.currentTarget.value);
            forget();
          }}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
        />
        <NativeSelect
          label={words.role}
          value={role}
          data={[
            { value: 'user', label: words.roleTexts.user },
            { value: 'admin', label: words.roleTexts.admin },
          ]}
          onChange={(event) => setRole(event.currentTarget.value === 'admin' ? 'admin' : 'user')}
        />
        <TextInput
          label={words.capital}
          description={words.capitalHint}
          leftSection="₹"
          inputMode="decimal"
          autoComplete="off"
          value={capital}
          error={noAmount ?? mistakeOf(refusal, 'capital_paise', words.capital)}
          onChange={(event) => {
            setCapital(event.currentTarget.value);
            forget();
          }}
        />
        <Refusal refusal={isAtField ? null : refusal} />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {words.cancel}
          </Button>
          <Button type="submit" disabled={isBusy || name.trim() === '' || noAmount !== undefined}>
            {words.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
