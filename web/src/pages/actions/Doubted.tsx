import { Button } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { confirmDoubted, doubtedQuery, rejectDoubted } from '../../api/actions';
import { useListState } from '../../api/listState';
import type { DoubtedAction } from '../../api/schema';
import { actionWord } from '../../format/actions';
import { sentence } from '../../format/text';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Section } from '../../parts/Section';
import { ShareLink } from '../halts/ShareLink';
import css from './Actions.module.css';
import { tellerOf } from './columns';
import { words } from './words';

const columns: readonly Column<DoubtedAction>[] = [
  { id: 'ex_day', header: words.exDay, cell: ({ ex_day }) => <Day date={ex_day} /> },
  { id: 'symbol', header: words.symbol, cell: ({ symbol }) => <ShareLink symbol={symbol} /> },
  { id: 'what', header: words.what, cell: actionWord },
  {
    id: 'doubt',
    header: words.doubt,
    cell: ({ doubt }) => sentence(doubt),
    grow: true,
    wrap: true,
  },
  { id: 'source', header: words.source, cell: tellerOf },
];

/** What is asked about which action. */
interface Asked {
  action: DoubtedAction;
  rejects: boolean;
}

/** Actions of the market source that something contradicts, while there are any that wait for an admin. */
export function Doubted() {
  const cache = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { items, table } = useListState(useInfiniteQuery(doubtedQuery));
  const decide = async (reason: string) => {
    if (!asked) return;
    const { action, rejects } = asked;
    await (rejects ? rejectDoubted(action.id, reason) : confirmDoubted(action.id));
    await Promise.all([
      cache.invalidateQueries({ queryKey: ['actions'] }),
      cache.invalidateQueries({ queryKey: ['positions'] }),
    ]);
  };
  if (items.length === 0 && asked === null) return null;
  return (
    <Section title={words.doubtedTitle} note={words.doubtedNote} flush>
      <DataTable
        label={words.doubtedTitle}
        rows={items}
        columns={columns}
        rowId={({ id }) => String(id)}
        card={DoubtedCard}
        actions={(action) => (
          <span className={css.buttons}>
            <Button size="compact-xs" onClick={() => setAsked({ action, rejects: false })}>
              {words.confirmDoubted}
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => setAsked({ action, rejects: true })}
            >
              {words.rejectDoubted}
            </Button>
          </span>
        )}
        {...table}
      />
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={
          asked
            ? words.doubtedAsk(asked.rejects, actionWord(asked.action), asked.action.symbol)
            : ''
        }
        confirm={asked?.rejects ? words.rejectDoubted : words.confirmDoubted}
        danger={asked?.rejects !== true}
        {...(asked?.rejects && { reason: words.reason })}
        onConfirm={decide}
      >
        <p className={css.text}>{asked?.rejects ? words.rejectText : words.confirmText}</p>
      </ConfirmDialog>
    </Section>
  );
}

function DoubtedCard(action: DoubtedAction) {
  return (
    <div className={css.card}>
      <span>
        <strong>
          <ShareLink symbol={action.symbol} />
        </strong>{' '}
        {actionWord(action)} · <Day date={action.ex_day} />
      </span>
      <span className={css.soft}>{tellerOf(action)}</span>
      <span className={css.soft}>{sentence(action.doubt)}</span>
    </div>
  );
}
