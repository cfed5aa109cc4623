import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { connectTelegram } from '../../api/channels';
import { fieldOf } from '../../api/problems';
import type { ChatCode } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { tooLong } from '../../format/text';
import { Instant } from '../../parts/Instant';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { telegramWords as text } from './channelWords';
import css from './Settings.module.css';
import { ShownOnce } from './ShownOnce';
import { words } from './words';

interface Props {
  /** Name of the installation's bot. */
  bot: string;
  opened: boolean;
  onClose: () => void;
}

/** Makes a code and shows how to send it to the bot. The chat connects itself; the list is read anew on closing. */
export function ConnectTelegramDialog({ bot, opened, onClose }: Props) {
  const cache = useQueryClient();
  const close = () => {
    void cache.invalidateQueries({ queryKey: ['channels'] });
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={text.title}
      closeOnClickOutside={false}
      centered
      closeButtonProps={{ 'aria-label': words.close }}
    >
      <Content bot={bot} onClose={close} />
    </Modal>
  );
}

function Content({ bot, onClose }: { bot: string; onClose: () => void }) {
  const [made, setMade] = useState<ChatCode | null>(null);
  if (made === null) return <Form bot={bot} onClose={onClose} onMade={setMade} />;
  return (
    <Stack gap={12}>
      <Button component="a" href={made.link} target="_blank" rel="noreferrer">
        {text.open}
      </Button>
      <p className={css.text}>{text.send(made.bot)}</p>
      <ShownOnce secret={`/start ${made.code}`} copy={text.copy} />
      <p className={css.text}>
        {text.expires} <Instant at={made.expires_at} day />
      </p>
      <Group justify="flex-end">
        <Button onClick={onClose}>{text.done}</Button>
      </Group>
    </Stack>
  );
}

interface FormProps {
  bot: string;
  onClose: () => void;
  onMade: (code: ChatCode) => void;
}

function Form({ bot, onClose, onMade }: FormProps) {
  const [name, setName] = useState('');
  const { write, isBusy, refusal, forget } = useWrite([]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await write(async () => onMade(await connectTelegram({ name: name.trim() })));
  };
  return (
    <form onSubmit={submit} onChange={forget}>
      <Stack gap={12}>
        <p className={css.text}>{text.intro(bot)}</p>
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
        <Refusal refusal={fieldOf(refusal, ['name']) === null ? refusal : null} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {text.cancel}
          </Button>
          <Button type="submit" disabled={isBusy || name.trim() === ''}>
            {text.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
