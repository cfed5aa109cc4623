import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { decideNeverArrived } from '../../api/orders';
import type { UnknownOrder } from '../../api/schema';
import { count } from '../../format/numbers';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { useViewing } from '../../shell/viewing';
import { evidenceOf } from './evidence';
import css from './Orders.module.css';
import { words } from './words';

/** Takes the word of a person that an order never arrived, after a dialog that repeats what is known of it. */
export function DecideOrder({ unknown }: { unknown: UnknownOrder }) {
  const { order } = unknown;
  const { me } = useViewing();
  const isOwn = order.user === me.id;
  const name = isOwn ? undefined : order.user_name;
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const decide = async (reason: string) => {
    await decideNeverArrived(order.id, reason, isOwn ? undefined : order.user).finally(() =>
      cache.invalidateQueries({ queryKey: ['orders'] }),
    );
  };
  const title = words.orderTitle(order.side, count(order.quantity), order.symbol);
  return (
    <>
      <Button size="compact-sm" variant="outline" color="bad" onClick={() => setIsAsking(true)}>
        {words.decide}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.decideTitle(name)}
        confirm={words.neverArrived}
        dismiss={words.leaveUnknown}
        danger
        reason={words.decideReason}
        onConfirm={decide}
      >
        <DefinitionList
          items={[
            { term: words.columns.symbol, value: <b>{title}</b> },
            { term: words.factNames.id, value: order.id },
            ...evidenceOf(unknown).map(({ term, text }) => ({ term, value: text })),
          ]}
        />
        <p className={css.dialogText}>{words.decideText}</p>
      </ConfirmDialog>
    </>
  );
}
