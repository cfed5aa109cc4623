import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { haltsOfAllQuery, liftHalt } from '../../api/halts';
import { useListState } from '../../api/listState';
import type { Halt } from '../../api/schema';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Halts.module.css';
import { ShareLink } from './ShareLink';
import { words } from './words';

const whatOf = (halt: Halt) => halt.symbol ?? words.everything;

export function HaltList() {
  const [isAll, setIsAll] = useState(false);
  const query = useInfiniteQuery(haltsOfAllQuery(isAll ? undefined : true));
  const { items, state, table } = useListState(query);
  const [asked, setAsked] = useState<Halt | null>(null);
  const show = (
    <NativeSelect
      size="xs"
      aria-label={words.show}
      value={isAll ? 'all' : 'open'}
      data={[
        { value: 'open', label: words.open },
        { value: 'all', label: words.all },
      ]}
      onChange={(event) => setIsAll(event.currentTarget.value === 'all')}
    />
  );
  return (
    <Section title={words.halts} actions={show} flush>
      <PageState
        {...state}
        empty={items.length === 0 && { title: words.emptyTitle, text: words.empty }}
      >
        <DataTable
          label={words.halts}
          rows={items}
          columns={columns}
          rowId={({ id }) => String(id)}
          card={HaltCard}
          actions={(halt) =>
            halt.lifted_at === null && (
              <Button size="compact-xs" variant="default" onClick={() => setAsked(halt)}>
                {words.lift}
              </Button>
            )
          }
          {...table}
        />
      </PageState>
      <LiftDialog halt={asked} onClose={() => setAsked(null)} />
    </Section>
  );
}

const columns: readonly Column<Halt>[] = [
  {
    id: 'who',
    header: words.who,
    cell: (halt) => <Who halt={halt} />,
    sortBy: ({ user_name }) => user_name,
  },
  { id: 'what', header: words.what, cell: (halt) => <What halt={halt} />, sortBy: whatOf },
  {
    id: 'since',
    header: words.since,
    cell: ({ since }) => <Instant at={since} day />,
    sortBy: ({ since }) => since,
  },
  {
    id: 'reason',
    header: words.reason,
    cell: ({ reason }) => reason,
    grow: true,
    wrap: true,
  },
  { id: 'state', header: words.state, cell: (halt) => <State halt={halt} /> },
];

function Who({ halt }: { halt: Halt }) {
  return (
    <Link to="/admin/users/$id" params={{ id: String(halt.user) }} search={{}}>
      {halt.user_name}
    </Link>
  );
}

function What({ halt }: { halt: Halt }) {
  return halt.symbol === null ? words.everything : <ShareLink symbol={halt.symbol} />;
}

function State({ halt }: { halt: Halt }) {
  if (halt.lifted_at === null) return words.holds;
  return (
    <span title={halt.explanation} className={css.soft}>
      <Instant at={halt.lifted_at} day />
    </span>
  );
}

interface LiftProps {
  halt: Halt | null;
  onClose: () => void;
}

function LiftDialog({ halt, onClose }: LiftProps) {
  const cache = useQueryClient();
  const lift = async (explanation: string) => {
    if (!halt) return;
    await liftHalt(halt.id, explanation);
    await Promise.all([
      cache.invalidateQueries({ queryKey: ['halts'] }),
      cache.invalidateQueries({ queryKey: ['alerts'] }),
    ]);
  };
  return (
    <ConfirmDialog
      opened={halt !== null}
      onClose={onClose}
      title={halt ? words.liftTitle(halt.user_name, halt.symbol) : ''}
      confirm={words.lift}
      danger
      reason={words.explanation}
      onConfirm={lift}
    >
      <p className={css.text}>{halt?.reason}</p>
      <p className={css.soft}>{words.liftText}</p>
    </ConfirmDialog>
  );
}

function HaltCard(halt: Halt) {
  return (
    <div className={css.card}>
      <span>
        <Who halt={halt} />:{' '}
        <strong>
          <What halt={halt} />
        </strong>
      </span>
      <span>{halt.reason}</span>
      <span className={css.soft}>
        {words.since} <Instant at={halt.since} day /> · <State halt={halt} />
      </span>
    </div>
  );
}
