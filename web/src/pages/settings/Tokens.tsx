import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { revokeToken, tokensQuery } from '../../api/account';
import { pageError } from '../../api/problems';
import type { ApiToken } from '../../api/schema';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { NewTokenDialog } from './NewTokenDialog';
import css from './Settings.module.css';
import { isActive, stateOf } from './tokenState';
import { words } from './words';

const text = words.tokens;

const state = (token: ApiToken) => text.states[stateOf(token)];

const columns: readonly Column<ApiToken>[] = [
  { id: 'name', header: text.name, cell: ({ name }) => name, sortBy: ({ name }) => name },
  {
    id: 'scope',
    header: text.scope,
    cell: ({ scope }) => <span title={text.scopes[scope]}>{scope}</span>,
    sortBy: ({ scope }) => scope,
  },
  { id: 'state', header: text.state, cell: state, sortBy: state },
  {
    id: 'created',
    header: text.created,
    cell: ({ created_at }) => <Instant at={created_at} day />,
    sortBy: ({ created_at }) => created_at,
  },
  {
    id: 'used',
    header: text.used,
    cell: ({ used_at }) => (used_at ? <Instant at={used_at} day /> : text.never),
    sortBy: ({ used_at }) => used_at ?? null,
  },
  {
    id: 'expires',
    header: text.expires,
    cell: ({ expires_at }) => (expires_at ? <Instant at={expires_at} day /> : text.never),
    sortBy: ({ expires_at }) => expires_at ?? null,
  },
];

/** The caller's API tokens, revoked ones as well. */
export function Tokens() {
  const { data, error, isPending, refetch } = useQuery(tokensQuery);
  const [isAdding, setIsAdding] = useState(false);
  const [asked, setAsked] = useState<ApiToken | null>(null);
  const add = (
    <Button size="compact-sm" onClick={() => setIsAdding(true)}>
      {text.add}
    </Button>
  );
  return (
    <Section title={text.title} note={text.note} actions={add} flush>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
        empty={data?.items.length === 0 && { title: text.emptyTitle, text: text.empty }}
      >
        <DataTable
          label={text.title}
          rows={data?.items ?? []}
          columns={columns}
          rowId={({ id }) => String(id)}
          card={TokenCard}
          actions={(token) =>
            isActive(token) && (
              <Button size="compact-xs" variant="default" onClick={() => setAsked(token)}>
                {text.revoke}
              </Button>
            )
          }
        />
      </PageState>
      <NewTokenDialog opened={isAdding} onClose={() => setIsAdding(false)} />
      <RevokeDialog token={asked} onClose={() => setAsked(null)} />
    </Section>
  );
}

function RevokeDialog({ token, onClose }: { token: ApiToken | null; onClose: () => void }) {
  const cache = useQueryClient();
  const revoke = async () => {
    if (!token) return;
    await revokeToken(token.id);
    await cache.invalidateQueries({ queryKey: ['account'] });
  };
  return (
    <ConfirmDialog
      opened={token !== null}
      onClose={onClose}
      title={text.revokeTitle(token?.name ?? '')}
      confirm={text.revoke}
      danger
      onConfirm={revoke}
    >
      <p className={css.text}>{text.revokeText}</p>
    </ConfirmDialog>
  );
}

function TokenCard(token: ApiToken) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <span>{token.name}</span>
        <span>{state(token)}</span>
      </span>
      <span className={css.soft}>
        {token.scope} · {text.used}{' '}
        {token.used_at ? <Instant at={token.used_at} day /> : text.never}
      </span>
    </div>
  );
}
