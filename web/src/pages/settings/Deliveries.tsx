import { useInfiniteQuery } from '@tanstack/react-query';
import { deliveriesQuery } from '../../api/channels';
import { useListState } from '../../api/listState';
import type { Delivery, DeliveryStateName } from '../../api/schema';
import type { Mark } from '../../format/outcome';
import { sentence } from '../../format/text';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { deliveryWords as text } from './channelWords';
import css from './Settings.module.css';

const MARKS: Readonly<Record<DeliveryStateName, Mark>> = {
  waiting: { shape: 'ring', token: 'soft', word: text.states.waiting },
  sending: { shape: 'half', token: 'accent', word: text.states.sending },
  delivered: { shape: 'disc', token: 'accent', word: text.states.delivered },
  given_up: { shape: 'cross', token: 'bad', word: text.states.given_up },
};

const columns: readonly Column<Delivery>[] = [
  { id: 'queued', header: text.queued, cell: ({ queued_at }) => <Instant at={queued_at} day /> },
  { id: 'state', header: text.state, cell: ({ state }) => <MarkWord mark={MARKS[state]} /> },
  { id: 'channel', header: text.channel, cell: ({ channel_name }) => channel_name },
  {
    id: 'message',
    header: text.message,
    cell: (delivery) => <Message delivery={delivery} />,
    grow: true,
    wrap: true,
  },
  { id: 'attempts', header: text.attempts, cell: ({ attempts }) => attempts },
];

/** What became of the messages on their way to the channels, newest first. */
export function Deliveries() {
  const { items, state, table } = useListState(useInfiniteQuery(deliveriesQuery));
  return (
    <Section title={text.title} note={text.note} flush>
      <PageState
        {...state}
        empty={items.length === 0 && { title: text.emptyTitle, text: text.empty }}
      >
        <DataTable
          label={text.title}
          rows={items}
          columns={columns}
          rowId={({ id }) => String(id)}
          card={DeliveryCard}
          {...table}
        />
      </PageState>
    </Section>
  );
}

function Message({ delivery }: { delivery: Delivery }) {
  const { title, more, says_how_many, repeated, reason, due_at } = delivery;
  return (
    <>
      {title}
      {more > 0 && !says_how_many && <span className={css.soft}> {text.more(more)}</span>}
      {repeated && <span className={css.soft}> {text.repeated}</span>}
      {reason !== null && <span className={css.soft}> {sentence(reason)}</span>}
      {reason !== null && due_at !== null && (
        <span className={css.soft}>
          {' '}
          {text.next} <Instant at={due_at} day />
        </span>
      )}
    </>
  );
}

function DeliveryCard(delivery: Delivery) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <MarkWord mark={MARKS[delivery.state]} />
        <span className={css.soft}>
          <Instant at={delivery.queued_at} day />
        </span>
      </span>
      <span>
        <Message delivery={delivery} />
      </span>
      <span className={css.soft}>{delivery.channel_name}</span>
    </div>
  );
}
