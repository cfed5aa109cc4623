import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { confirmMailbox, sendMailboxCode } from '../../api/channels';
import { fieldOf } from '../../api/problems';
import { useWrite } from '../../api/useWrite';
import { tooLong } from '../../format/text';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { mailWords as text } from './channelWords';
import css from './Settings.module.css';
import { words } from './words';

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Sends a code to a mailbox and takes it back. A click beside the dialog does not close it: the code would be lost. */
export function NewMailboxDialog({ opened, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={text.title}
      closeOnClickOutside={false}
      centered
      closeButtonProps={{ 'aria-label': words.close }}
    >
      <Content onClose={onClose} />
    </Modal>
  );
}

function Content({ onClose }: { onClose: () => void }) {
  const [isSent, setIsSent] = useState(false);
  return isSent ? (
    <CodeForm onClose={onClose} />
  ) : (
    <AddressForm onClose={onClose} onSent={() => setIsSent(true)} />
  );
}

function AddressForm({ onClose, onSent }: { onClose: () => void; onSent: () => void }) {
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const { write, isBusy, refusal, forget } = useWrite([]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { name: name.trim(), address: address.trim() };
    if (await write(() => sendMailboxCode(body))) onSent();
  };
  return (
    <form onSubmit={submit} onChange={forget}>
      <Stack gap={12}>
        <TextInput
          label={text.name}
          value={name}
          error={tooLong(name.trim(), 64) ?? mistakeOf(refusal, 'name', text.name)}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
          required
          withAsterisk={false}
        />
        <TextInput
          label={text.address}
          description={text.addressHint}
          type="email"
          value={address}
          error={tooLong(address.trim(), 254) ?? mistakeOf(refusal, 'address', text.address)}
          onChange={(event) => setAddress(event.currentTarget.value)}
          autoComplete="email"
          required
          withAsterisk={false}
        />
        <Refusal refusal={fieldOf(refusal, ['name', 'address']) === null ? refusal : null} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {text.cancel}
          </Button>
          <Button type="submit" disabled={isBusy || name.trim() === '' || address.trim() === ''}>
            {text.send}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function CodeForm({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState('');
  const { write, isBusy, refusal, forget } = useWrite(['channels']);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await write(() => confirmMailbox({ code: code.trim() }))) onClose();
  };
  return (
    <form onSubmit={submit} onChange={forget}>
      <Stack gap={12}>
        <p className={css.text}>{text.sent}</p>
        <TextInput
          label={text.code}
          value={code}
          error={tooLong(code.trim(), 64) ?? mistakeOf(refusal, 'code', text.code)}
          onChange={(event) => setCode(event.currentTarget.value)}
          autoComplete="one-time-code"
          data-autofocus
          required
          withAsterisk={false}
        />
        <Refusal refusal={fieldOf(refusal, ['code']) === null ? refusal : null} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {text.cancel}
          </Button>
          <Button type="submit" disabled={isBusy || code.trim() === ''}>
            {text.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
