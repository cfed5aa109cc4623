import { useState } from 'react';
import { confirmMailbox, sendMailboxCode } from '../../api/channels';
import { useWrite } from '../../api/useWrite';
import { mailWords as text } from './channelWords';
import { isTyped, OnceDialog, OnceField, OnceForm } from './OnceDialog';
import css from './Settings.module.css';

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Sends a code to a mailbox and takes it back. */
export function NewMailboxDialog({ opened, onClose }: Props) {
  return (
    <OnceDialog opened={opened} onClose={onClose} title={text.title}>
      <Content onClose={onClose} />
    </OnceDialog>
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

const LONGEST_NAME = 64;
const LONGEST_ADDRESS = 254;
const LONGEST_CODE = 64;

function AddressForm({ onClose, onSent }: { onClose: () => void; onSent: () => void }) {
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const { write, isBusy, refusal, forget } = useWrite([]);
  const send = async () => {
    const body = { name: name.trim(), address: address.trim() };
    if (await write(() => sendMailboxCode(body))) onSent();
  };
  return (
    <OnceForm
      onSubmit={send}
      onClose={onClose}
      onType={forget}
      isBusy={isBusy}
      canSend={isTyped(name, LONGEST_NAME) && isTyped(address, LONGEST_ADDRESS)}
      refusal={refusal}
      fields={['name', 'address']}
      send={text.send}
      cancel={text.cancel}
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
      <OnceField
        name="address"
        label={text.address}
        description={text.addressHint}
        type="email"
        autoComplete="email"
        value={address}
        onType={setAddress}
        most={LONGEST_ADDRESS}
        refusal={refusal}
      />
    </OnceForm>
  );
}

function CodeForm({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState('');
  const { write, isBusy, refusal, forget } = useWrite(['channels']);
  const confirm = async () => {
    if (await write(() => confirmMailbox({ code: code.trim() }))) onClose();
  };
  return (
    <OnceForm
      onSubmit={confirm}
      onClose={onClose}
      onType={forget}
      isBusy={isBusy}
      canSend={isTyped(code, LONGEST_CODE)}
      refusal={refusal}
      fields={['code']}
      send={text.confirm}
      cancel={text.cancel}
    >
      <p className={css.text}>{text.sent}</p>
      <OnceField
        name="code"
        label={text.code}
        autoComplete="one-time-code"
        value={code}
        onType={setCode}
        most={LONGEST_CODE}
        refusal={refusal}
        isFirst
      />
    </OnceForm>
  );
}
