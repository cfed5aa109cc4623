import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { openDifferencesQuery } from '../../api/differences';
import type { HoldingDifference } from '../../api/schema';
import { useMode } from '../../api/useMode';
import { count } from '../../format/numbers';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { Section } from '../../parts/Section';
import { isMissing } from './cost';
import { AdoptDialog, IgnoreDialog } from './DecideDifference';
import { OutsideRule } from './OutsideRule';
import css from './Positions.module.css';
import { words } from './words';

const w = words.differences;

const columns: readonly Column<HoldingDifference>[] = [
  { id: 'symbol', header: w.symbol, cell: ({ symbol }) => symbol, sortBy: ({ symbol }) => symbol },
  { id: 'cause', header: w.cause, cell: ({ cause }) => w.causes[cause], grow: true },
  {
    id: 'differs',
    header: w.quantity,
    align: 'right',
    cell: (difference) => <span className="figure">{signed(difference)}</span>,
  },
  {
    id: 'broker',
    header: w.broker,
    align: 'right',
    cell: ({ broker_quantity }) => <span className="figure">{count(broker_quantity)}</span>,
  },
  {
    id: 'books',
    header: w.books,
    align: 'right',
    cell: ({ book_quantity }) => <span className="figure">{count(book_quantity)}</span>,
  },
  {
    id: 'cost',
    header: w.cost,
    align: 'right',
    cell: ({ broker_cost_paise }) => <Money paise={broker_cost_paise} />,
  },
  {
    id: 'since',
    header: w.since,
    cell: ({ seen_at }) => <Instant at={seen_at} day />,
    sortBy: ({ seen_at }) => seen_at,
  },
];

interface Asked {
  what: 'adopt' | 'ignore';
  difference: HoldingDifference;
}

/** Shares that the broker holds and the books do not, or the other way round; on paper nothing, the account is ours alone. */
export function Differences({ user }: { user: number | undefined }) {
  const { data } = useQuery(openDifferencesQuery(user));
  const mode = useMode(user);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const items = data?.items ?? [];
  const isShown = items.length > 0 || (data !== undefined && mode === 'live');
  const of = (what: Asked['what']) => (asked?.what === what ? asked.difference : null);
  return (
    <>
      {isShown && (
        <Section title={w.title} note={w.note} actions={<OutsideRule user={user} />} flush>
          {items.length === 0 ? (
            <p className={css.none}>{w.none}</p>
          ) : (
            <DataTable
              label={w.list}
              rows={items}
              columns={columns}
              rowId={({ id }) => String(id)}
              card={DifferenceCard}
              actions={(difference) => <Choices difference={difference} onAsk={setAsked} />}
            />
          )}
        </Section>
      )}
      <AdoptDialog user={user} difference={of('adopt')} onClose={close} />
      <IgnoreDialog user={user} difference={of('ignore')} onClose={close} />
    </>
  );
}

interface ChoicesProps {
  difference: HoldingDifference;
  onAsk: (asked: Asked) => void;
}

function Choices({ difference, onAsk }: ChoicesProps) {
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => onAsk({ what: 'adopt', difference })}
      >
        {w.adopt}
      </Button>
      {!isMissing(difference) && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onAsk({ what: 'ignore', difference })}
        >
          {w.ignore}
        </Button>
      )}
    </Group>
  );
}

function DifferenceCard(difference: HoldingDifference) {
  return (
    <div className={css.card}>
      <strong>{difference.symbol}</strong>
      <span className="figure">{signed(difference)}</span>
      <span className={css.cardText}>{w.causes[difference.cause]}</span>
    </div>
  );
}

function signed(difference: HoldingDifference): string {
  return `${isMissing(difference) ? '−' : '+'}${count(difference.quantity)}`;
}
