import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { explainJump, priceJumpsQuery } from '../../api/halts';
import { pageError } from '../../api/problems';
import type { PriceJump } from '../../api/schema';
import { percentSigned } from '../../format/numbers';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Halts.module.css';
import { ShareLink } from './ShareLink';
import { words } from './words';

const changeOf = ({ open_paise, previous_close_paise }: PriceJump) =>
  open_paise / previous_close_paise - 1;

const columns: readonly Column<PriceJump>[] = [
  {
    id: 'symbol',
    header: words.symbol,
    cell: ({ symbol }) => <ShareLink symbol={symbol} />,
    sortBy: ({ symbol }) => symbol,
  },
  { id: 'day', header: words.day, cell: ({ day }) => <Day date={day} />, sortBy: ({ day }) => day },
  {
    id: 'close',
    header: words.close,
    align: 'right',
    cell: ({ previous_close_paise }) => <Money paise={previous_close_paise} />,
  },
  {
    id: 'open',
    header: words.opened,
    align: 'right',
    cell: ({ open_paise }) => <Money paise={open_paise} />,
  },
  {
    id: 'change',
    header: words.change,
    align: 'right',
    cell: (jump) => <span className="figure">{percentSigned(changeOf(jump))}</span>,
    sortBy: changeOf,
  },
  {
    id: 'explained',
    header: words.explained,
    cell: ({ explanation }) => explanation || '–',
    grow: true,
    wrap: true,
  },
];

/** Those that wait for somebody before those that are done, else as they come: the newest first. */
const toExplainFirst = (jumps: readonly PriceJump[]) =>
  jumps.toSorted((one, other) => Number(isExplained(one)) - Number(isExplained(other)));

const isExplained = ({ explained_at }: PriceJump) => explained_at !== null;

/** Shares that nobody buys until somebody has said why their price jumped. */
export function PriceJumps() {
  const { data, error, isPending, refetch } = useQuery(priceJumpsQuery);
  const [asked, setAsked] = useState<PriceJump | null>(null);
  const jumps = useMemo(() => toExplainFirst(data?.items ?? []), [data]);
  return (
    <Section title={words.jumps} note={words.jumpsNote} flush>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
        empty={data?.items.length === 0 && { title: words.jumpsEmpty, text: words.jumpsEmptyText }}
      >
        <DataTable
          label={words.jumps}
          rows={jumps}
          columns={columns}
          rowId={({ symbol, day }) => `${symbol} ${day}`}
          card={JumpCard}
          actions={(jump) =>
            !isExplained(jump) && (
              <Button size="compact-xs" variant="default" onClick={() => setAsked(jump)}>
                {words.explain}
              </Button>
            )
          }
        />
      </PageState>
      <ExplainDialog jump={asked} onClose={() => setAsked(null)} />
    </Section>
  );
}

function ExplainDialog({ jump, onClose }: { jump: PriceJump | null; onClose: () => void }) {
  const cache = useQueryClient();
  const symbol = jump?.symbol ?? '';
  const explain = async (explanation: string) => {
    if (!jump) return;
    await explainJump(symbol, explanation);
    await cache.invalidateQueries({ queryKey: ['halts'] });
  };
  return (
    <ConfirmDialog
      opened={jump !== null}
      onClose={onClose}
      title={words.explainTitle(symbol)}
      confirm={words.explain}
      reason={words.happened}
      onConfirm={explain}
    >
      <p className={css.text}>{words.explainText(symbol)}</p>
      <p className={css.text}>
        {words.wasAction}
        <Link to="/admin/actions" search={{ symbol, add: true, day: jump?.day }}>
          {words.addAction}
        </Link>
        {words.wasActionText}
      </p>
    </ConfirmDialog>
  );
}

function JumpCard(jump: PriceJump) {
  return (
    <div className={css.card}>
      <span>
        <strong>
          <ShareLink symbol={jump.symbol} />
        </strong>{' '}
        {percentSigned(changeOf(jump))} · <Day date={jump.day} />
      </span>
      <span>
        <Money paise={jump.previous_close_paise} /> → <Money paise={jump.open_paise} />
      </span>
      {jump.explanation !== '' && <span className={css.soft}>{jump.explanation}</span>}
    </div>
  );
}
