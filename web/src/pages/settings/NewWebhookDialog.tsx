import { useState } from 'react';
import { addWebhook } from '../../api/channels';
import { useWrite } from '../../api/useWrite';
import { channelWords as text } from './channelWords';
import { isTyped, OnceDialog, OnceField, OnceForm, OnceShown } from './OnceDialog';

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Adds a webhook and shows its key once. */
export function NewWebhookDialog({ opened, onClose }: Props) {
  return (
    <OnceDialog opened={opened} onClose={onClose} title={text.newTitle}>
      <Content onClose={onClose} />
    </OnceDialog>
  );
}

function Content({ onClose }: { onClose: () => void }) {
  const [key, setKey] = useState<string | null>(null);
  if (key === null) return <Form onClose={onClose} onMade={setKey} />;
  const { shownOnce, copy, done } = text;
  return <OnceShown note={shownOnce} secret={key} copy={copy} done={done} onClose={onClose} />;
}

interface FormProps {
  onClose: () => void;
  onMade: (key: string) => void;
}

const LONGEST_NAME = 64;
const LONGEST_URL = 500;

function Form({ onClose, onMade }: FormProps) {
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const { write, isBusy, refusal, forget } = useWrite(['channels']);
  const body = { name: name.trim(), url: url.trim() };
  return (
    <OnceForm
      onSubmit={() => write(async () => onMade((await addWebhook(body)).signing_key))}
      onClose={onClose}
      onType={forget}
      isBusy={isBusy}
      canSend={isTyped(name, LONGEST_NAME) && isTyped(url, LONGEST_URL)}
      refusal={refusal}
      fields={['name', 'url']}
      send={text.create}
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
        name="url"
        label={text.url}
        description={text.urlHint}
        value={url}
        onType={setUrl}
        most={LONGEST_URL}
        refusal={refusal}
      />
    </OnceForm>
  );
}
