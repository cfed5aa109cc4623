import { Button } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useListState } from '../../api/listState';
import type { Session, User } from '../../api/schema';
import { signOut, userSessionsQuery } from '../../api/userAdmin';
import { browserOf } from '../../format/browser';
import { plural } from '../../format/numbers';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Users.module.css';
import { words } from './words';

const text = words.logIns;

const columns: readonly Column<Session>[] = [
  { id: 'where', header: text.where, cell: (session) => <Where session={session} />, grow: true },
  { id: 'address', header: text.address, cell: ({ address }) => address },
  { id: 'since', header: text.since, cell: ({ created_at }) => <Instant at={created_at} day /> },
  { id: 'seen', header: text.seen, cell: ({ seen_at }) => <Instant at={seen_at} day /> },
  { id: 'ends', header: text.ends, cell: ({ expires_at }) => <Instant at={expires_at} day /> },
];

/** Where a user is logged in, and a way to end all of it. */
export function LogIns({ user, isSelf }: { user: User; isSelf: boolean }) {
  const { items, state, table } = useListState(useInfiniteQuery(userSessionsQuery(user.id)));
  const [isAsking, setIsAsking] = useState(false);
  const end = items.length > 0 && (
    <Button size="compact-sm" color="bad" variant="outline" onClick={() => setIsAsking(true)}>
      {text.end}
    </Button>
  );
  return (
    <Section title={text.title} note={text.note} actions={end} flush>
      <PageState
        {...state}
        empty={items.length === 0 && { title: text.emptyTitle, text: text.empty }}
      >
        <DataTable
          label={text.title}
          rows={items}
          columns={columns}
          rowId={({ id }) => String(id)}
          card={SessionCard}
          {...table}
        />
      </PageState>
      <EndDialog user={user} isSelf={isSelf} opened={isAsking} onClose={() => setIsAsking(false)} />
    </Section>
  );
}

interface EndProps {
  user: User;
  isSelf: boolean;
  opened: boolean;
  onClose: () => void;
}

function EndDialog({ user, isSelf, opened, onClose }: EndProps) {
  const cache = useQueryClient();
  const end = async () => {
    const { ended } = await signOut(user.id);
    showNotification({
      message: text.ended(user.name, plural(ended, 'log-in')),
      closeButtonProps: { 'aria-label': words.close },
    });
    await cache.invalidateQueries({ queryKey: ['users'] });
  };
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={text.endTitle(user.name)}
      confirm={text.end}
      danger
      onConfirm={end}
    >
      <p className={css.text}>{isSelf ? text.endSelfText : text.endText(user.name)}</p>
    </ConfirmDialog>
  );
}

function Where({ session: { agent, current } }: { session: Session }) {
  return (
    <span title={agent}>
      {browserOf(agent)} {current && <strong>({text.thisOne})</strong>}
    </span>
  );
}

function SessionCard(session: Session) {
  return (
    <div className={css.card}>
      <Where session={session} />
      <span className={css.soft}>
        {session.address} · {text.seen} <Instant at={session.seen_at} day />
      </span>
    </div>
  );
}
