import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { removeBot, setBot } from '../../api/channels';
import { fieldOf } from '../../api/problems';
import type { TelegramBot } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { botWords as text } from './carrierWords';
import css from './System.module.css';

/** The installation's bot on Telegram. Its token goes in and does not come out. */
export function Bot({ bot }: { bot: TelegramBot | null }) {
  const [isAsking, setIsAsking] = useState(false);
  const cache = useQueryClient();
  const remove = async () => {
    await removeBot();
    await cache.invalidateQueries({ queryKey: ['channels'] });
  };
  const removal = bot && (
    <Button size="compact-sm" color="bad" variant="outline" onClick={() => setIsAsking(true)}>
      {text.remove}
    </Button>
  );
  return (
    <Section title={text.title} note={text.note} actions={removal ?? undefined}>
      {bot === null ? (
        <p className={css.text}>{text.none}</p>
      ) : (
        <DefinitionList
          items={[
            { term: text.bot, value: `@${bot.name}` },
            { term: text.since, value: <Instant at={bot.changed_at} day /> },
          ]}
        />
      )}
      <TokenForm />
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={text.removeTitle}
        confirm={text.remove}
        danger
        onConfirm={remove}
      >
        <p className={css.text}>{text.removeText}</p>
      </ConfirmDialog>
    </Section>
  );
}

function TokenForm() {
  const [token, setToken] = useState('');
  const { write, isBusy, refusal, forget } = useWrite(['channels']);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await write(() => setBot({ token: token.trim() }))) setToken('');
  };
  return (
    <form onSubmit={submit} className={css.form} autoComplete="off">
      <PasswordInput
        label={text.token}
        description={text.tokenHint}
        value={token}
        autoComplete="new-password"
        error={mistakeOf(refusal, 'token', text.token)}
        onChange={(event) => {
          setToken(event.currentTarget.value);
          forget();
        }}
      />
      <Refusal refusal={fieldOf(refusal, ['token']) === null ? refusal : null} />
      <div>
        <Button type="submit" disabled={isBusy || token.trim() === ''}>
          {text.save}
        </Button>
      </div>
    </form>
  );
}
