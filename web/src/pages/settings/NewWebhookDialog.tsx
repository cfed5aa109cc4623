import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { addWebhook } from '../../api/channels';
import { fieldOf } from '../../api/problems';
import { useWrite } from '../../api/useWrite';
import { tooLong } from '../../format/text';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { channelWords as text } from './channelWords';
import css from './Settings.module.css';
import { ShownOnce } from './ShownOnce';
import { words } from './words';

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Adds a webhook and shows its key once. A click beside the dialog does not close it: the key would be lost. */
export function NewWebhookDialog({ opened, onClose }: Props) {
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
  const [key, setKey] = useState<string | null>(null);
  if (key === null) return <Form onClose={onClose} onMade={setKey} />;
  return (
    <Stack gap={12}>
      <p className={css.text}>{text.shownOnce}</p>
      <ShownOnce secret={key} copy={text.copy} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{text.done}</Button>
      </Group>
    </Stack>
  );
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
  const noName = tooLong(name.trim(), LONGEST_NAME);
  const noUrl = tooLong(url.trim(), LONGEST_URL);
  const isWrong = noName !== undefined || noUrl !== undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isWrong) return;
    const body = { name: name.trim(), url: url.trim() };
    await write(async () => onMade((await addWebhook(body)).signing_key));
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
        <TextInput
          label={text.url}
          description={text.urlHint}
          value={url}
          error={noUrl ?? mistakeOf(refusal, 'url', text.url)}
          onChange={(event) => {
            setUrl(event.currentTarget.value);
            forget();
          }}
          autoComplete="off"
          required
          withAsterisk={false}
        />
        <Refusal refusal={fieldOf(refusal, ['name', 'url']) === null ? refusal : null} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {text.cancel}
          </Button>
          <Button
            type="submit"
            disabled={isBusy || isWrong || name.trim() === '' || url.trim() === ''}
          >
            {text.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
