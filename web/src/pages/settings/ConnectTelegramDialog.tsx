import { Button, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { connectTelegram } from '../../api/channels';
import type { ChatCode } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { Instant } from '../../parts/Instant';
import { telegramWords as text } from './channelWords';
import { isTyped, OnceDialog, OnceField, OnceForm } from './OnceDialog';
import css from './Settings.module.css';
import { ShownOnce } from './ShownOnce';

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
    <OnceDialog opened={opened} onClose={close} title={text.title}>
      <Content bot={bot} onClose={close} />
    </OnceDialog>
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

const LONGEST_NAME = 64;

function Form({ bot, onClose, onMade }: FormProps) {
  const [name, setName] = useState('');
  const { write, isBusy, refusal, forget } = useWrite([]);
  return (
    <OnceForm
      onSubmit={() => write(async () => onMade(await connectTelegram({ name: name.trim() })))}
      onClose={onClose}
      onType={forget}
      isBusy={isBusy}
      canSend={isTyped(name, LONGEST_NAME)}
      refusal={refusal}
      fields={['name']}
      send={text.create}
      cancel={text.cancel}
    >
      <p className={css.text}>{text.intro(bot)}</p>
      <OnceField
        name="name"
        label={text.name}
        value={name}
        onType={setName}
        most={LONGEST_NAME}
        refusal={refusal}
        isFirst
      />
    </OnceForm>
  );
}
