import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endSession, sessionsQuery } from '../../api/account';
import { pageError } from '../../api/problems';
import type { Session } from '../../api/schema';
import { browserOf } from '../../format/browser';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Settings.module.css';
import { words } from './words';

const text = words.account;

const columns: readonly Column<Session>[] = [
  {
    id: 'where',
    header: text.where,
    cell: (session) => <Where session={session} />,
    sortBy: ({ agent }) => browserOf(agent),
    grow: true,
    wrap: true,
    width: 180,
  },
  { id: 'address', header: text.address, cell: ({ address }) => address },
  {
    id: 'since',
    header: text.since,
    cell: ({ created_at }) => <Instant at={created_at} day />,
    sortBy: ({ created_at }) => created_at,
  },
  {
    id: 'seen',
    header: text.seen,
    cell: ({ seen_at }) => <Instant at={seen_at} day />,
    sortBy: ({ seen_at }) => seen_at,
  },
  {
    id: 'expires',
    header: text.expires,
    cell: ({ expires_at }) => <Instant at={expires_at} day />,
  },
];

/** Where the caller is logged in. */
export function Sessions() {
  const { data, error, isPending, refetch } = useQuery(sessionsQuery);
  const [asked, setAsked] = useState<Session | null>(null);
  return (
    <Section title={text.sessions} note={text.sessionsNote} flush>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        <DataTable
          label={text.sessions}
          rows={data?.items ?? []}
          columns={columns}
          rowId={({ id }) => String(id)}
          card={SessionCard}
          actions={(session) => (
            <Button size="compact-xs" variant="default" onClick={() => setAsked(session)}>
              {text.end}
            </Button>
          )}
        />
      </PageState>
      <EndDialog session={asked} onClose={() => setAsked(null)} />
    </Section>
  );
}

function EndDialog({ session, onClose }: { session: Session | null; onClose: () => void }) {
  const cache = useQueryClient();
  const end = async () => {
    if (!session) return;
    await endSession(session.id);
    await cache.invalidateQueries({ queryKey: ['account'] });
  };
  return (
    <ConfirmDialog
      opened={session !== null}
      onClose={onClose}
      title={session?.current ? text.endThisTitle : text.endTitle}
      confirm={text.endConfirm}
      danger
      onConfirm={end}
    >
      <p className={css.text}>{session && text.endText(browserOf(session.agent))}</p>
    </ConfirmDialog>
  );
}

function Where({ session }: { session: Session }) {
  return (
    <span title={session.agent}>
      {browserOf(session.agent)} {session.current && <strong>({text.thisOne})</strong>}
    </span>
  );
}

function SessionCard(session: Session) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <Where session={session} />
      </span>
      <span className={css.soft}>
        {session.address} · {text.seen} <Instant at={session.seen_at} day />
      </span>
    </div>
  );
}
