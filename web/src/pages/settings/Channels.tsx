import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { channelsQuery, removeChannel, testChannel } from '../../api/channels';
import { pageError, told } from '../../api/problems';
import type { Channel, ChannelList } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { ConnectTelegramDialog } from './ConnectTelegramDialog';
import { mailWords, telegramWords, channelWords as text } from './channelWords';
import { Deliveries } from './Deliveries';
import { NewMailboxDialog } from './NewMailboxDialog';
import { NewWebhookDialog } from './NewWebhookDialog';
import css from './Settings.module.css';

const columns: readonly Column<Channel>[] = [
  { id: 'name', header: text.name, cell: ({ name }) => name, sortBy: ({ name }) => name },
  { id: 'kind', header: text.kind, cell: ({ kind }) => text.kinds[kind] },
  {
    id: 'address',
    header: text.address,
    cell: (channel) => <Address channel={channel} />,
    grow: true,
    wrap: true,
  },
  { id: 'open', header: text.open, cell: ({ open }) => open, sortBy: ({ open }) => open },
  {
    id: 'created',
    header: text.created,
    cell: ({ created_at }) => <Instant at={created_at} day />,
    sortBy: ({ created_at }) => created_at,
  },
];

/** Where it goes, or why nothing goes there any more. */
function Address({ channel: { address, ended_reason } }: { channel: Channel }) {
  if (ended_reason === null) return address;
  return (
    <>
      {address} <span className={css.bad}>{text.ended(ended_reason)}</span>
    </>
  );
}

type Adding = 'webhook' | 'telegram' | 'email';

/** Where messages go beside the console, and what became of them. */
export function Channels() {
  const { data, error, isPending, refetch } = useQuery(channelsQuery);
  return (
    <>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && <List found={data} />}
      </PageState>
      <Deliveries />
    </>
  );
}

function List({ found }: { found: ChannelList }) {
  const [adding, setAdding] = useState<Adding | null>(null);
  const [asked, setAsked] = useState<Channel | null>(null);
  const { write, isBusy, refusal } = useWrite(['channels']);
  const { items, most, most_tests, most_waiting, bot, has_mail } = found;
  const add = (kind: Adding, word: string) => (
    <Button size="compact-sm" disabled={items.length >= most} onClick={() => setAdding(kind)}>
      {word}
    </Button>
  );
  const close = () => setAdding(null);
  const actions = (
    <>
      {bot !== null && add('telegram', telegramWords.add)}
      {has_mail && add('email', mailWords.add)}
      {add('webhook', text.add)}
    </>
  );
  return (
    <Section
      title={text.title}
      note={text.note(most, most_tests, most_waiting)}
      actions={actions}
      flush
    >
      {refusal && (
        <p role="alert" className={css.bad}>
          {told(refusal)}
        </p>
      )}
      <PageState empty={items.length === 0 && { title: text.emptyTitle, text: text.empty }}>
        <DataTable
          label={text.title}
          rows={items}
          columns={columns}
          rowId={({ id }) => String(id)}
          card={ChannelCard}
          actions={(channel) => (
            <>
              <Button
                size="compact-xs"
                variant="default"
                disabled={isBusy}
                onClick={() => void write(() => testChannel(channel.id))}
              >
                {text.test}
              </Button>
              <Button size="compact-xs" variant="default" onClick={() => setAsked(channel)}>
                {text.remove}
              </Button>
            </>
          )}
        />
      </PageState>
      <NewWebhookDialog opened={adding === 'webhook'} onClose={close} />
      <ConnectTelegramDialog bot={bot ?? ''} opened={adding === 'telegram'} onClose={close} />
      <NewMailboxDialog opened={adding === 'email'} onClose={close} />
      <RemoveDialog channel={asked} onClose={() => setAsked(null)} />
    </Section>
  );
}

function RemoveDialog({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const cache = useQueryClient();
  const remove = async () => {
    if (!channel) return;
    await removeChannel(channel.id);
    await cache.invalidateQueries({ queryKey: ['channels'] });
  };
  return (
    <ConfirmDialog
      opened={channel !== null}
      onClose={onClose}
      title={text.removeTitle(channel?.name ?? '')}
      confirm={text.remove}
      danger
      onConfirm={remove}
    >
      <p className={css.text}>{text.removeText(channel?.open ?? 0)}</p>
    </ConfirmDialog>
  );
}

function ChannelCard(channel: Channel) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <span>{channel.name}</span>
        <span>{text.kinds[channel.kind]}</span>
      </span>
      <span className={css.soft}>
        <Address channel={channel} />
      </span>
    </div>
  );
}
