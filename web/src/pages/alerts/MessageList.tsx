import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useListState } from '../../api/listState';
import { markAllRead, markRead, notificationsQuery } from '../../api/notifications';
import { ofUser } from '../../api/pages';
import { told } from '../../api/problems';
import type { LevelName, Notification } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { count } from '../../format/numbers';
import type { Mark } from '../../format/outcome';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Alerts.module.css';
import { words } from './words';

const route = getRouteApi('/inside/alerts');

const MARKS: Readonly<Record<LevelName, Mark>> = {
  info: { shape: 'ring', token: 'soft', word: words.levels.info },
  warning: { shape: 'triangle', token: 'warn', word: words.levels.warning },
  error: { shape: 'cross', token: 'bad', word: words.levels.error },
};

/** The messages to a user, newest first. Only that user marks them read. */
export function MessageList({ user }: { user: number | undefined }) {
  const { level, unread = false } = route.useSearch();
  const filter = { ...ofUser(user), ...(level && { level }), ...(unread && { unread: true }) };
  const query = useInfiniteQuery(notificationsQuery(filter));
  const { items, state, table } = useListState(query);
  const { write, isBusy, refusal } = useWrite(['notifications']);
  const left = query.data?.pages[0]?.unread ?? 0;
  const isOwn = user === undefined;
  const actions = useMemo(
    () => (message: Notification) =>
      isOwn &&
      message.read_at === null && (
        <Button
          size="compact-xs"
          variant="default"
          disabled={isBusy}
          onClick={() => void write(() => markRead(message.id))}
        >
          {words.read}
        </Button>
      ),
    [isOwn, isBusy, write],
  );
  return (
    <Section
      title={words.messages}
      note={isOwn ? undefined : words.notYours}
      actions={
        <>
          <Filters />
          {isOwn && left > 0 && (
            <Button size="xs" disabled={isBusy} onClick={() => void write(markAllRead)}>
              {words.readAll(count(left))}
            </Button>
          )}
        </>
      }
      flush
    >
      {refusal && (
        <p role="alert" className={css.bar}>
          {told(refusal)}
        </p>
      )}
      <PageState
        {...state}
        empty={
          items.length === 0 && {
            title: unread ? words.nothingUnread : words.emptyMessages,
            text: words.emptyMessagesText,
            action: (
              <Link to="/settings/$section" params={{ section: 'messages' }}>
                {words.toSettings}
              </Link>
            ),
          }
        }
      >
        <DataTable
          label={words.messages}
          rows={items}
          columns={columns}
          rowId={({ id }) => String(id)}
          actions={actions}
          card={MessageCard}
          {...table}
        />
      </PageState>
    </Section>
  );
}

const LEVELS: readonly LevelName[] = ['info', 'warning', 'error'];

function Filters() {
  const { level, unread = false } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label={words.level}
        value={level ?? ''}
        data={[
          { value: '', label: words.everyLevel },
          ...LEVELS.map((value) => ({ value, label: words.levels[value] })),
        ]}
        onChange={(event) => {
          const chosen = LEVELS.find((one) => one === event.currentTarget.value);
          void navigate({ search: (before) => ({ ...before, level: chosen }) });
        }}
      />
      <NativeSelect
        size="xs"
        aria-label={words.show}
        value={unread ? 'unread' : ''}
        data={[
          { value: '', label: words.readToo },
          { value: 'unread', label: words.unread },
        ]}
        onChange={(event) => {
          const isUnread = event.currentTarget.value === 'unread';
          void navigate({ search: (before) => ({ ...before, unread: isUnread || undefined }) });
        }}
      />
    </>
  );
}

const columns: readonly Column<Notification>[] = [
  { id: 'sent', header: words.sent, cell: ({ sent_at }) => <Instant at={sent_at} day /> },
  { id: 'level', header: words.level, cell: ({ level }) => <MarkWord mark={MARKS[level]} /> },
  {
    id: 'message',
    header: words.message,
    cell: (message) => <Text message={message} />,
    grow: true,
    wrap: true,
  },
  { id: 'run', header: words.run, cell: (message) => <ToRun message={message} /> },
];

function Text({ message }: { message: Notification }) {
  const { title, body, read_at } = message;
  return (
    <>
      <span className={read_at === null ? css.unread : undefined}>{title}</span>
      {body !== '' && <span className={css.soft}> {body}</span>}
    </>
  );
}

function ToRun({ message: { execution } }: { message: Notification }) {
  if (execution === null) return null;
  return (
    <Link to="/runs/$run" params={{ run: execution }}>
      {execution}
    </Link>
  );
}

function MessageCard(message: Notification) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <MarkWord mark={MARKS[message.level]} />
        <span className={`${css.soft} ${css.end}`}>
          <Instant at={message.sent_at} day />
        </span>
      </span>
      <span className={message.read_at === null ? css.unread : undefined}>{message.title}</span>
      {message.body !== '' && <span className={css.soft}>{message.body}</span>}
    </div>
  );
}
