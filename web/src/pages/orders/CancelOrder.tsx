import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { cancelOrder } from '../../api/orders';
import type { Order } from '../../api/schema';
import { count } from '../../format/numbers';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { Money } from '../../parts/Money';
import { OrderStateMark } from '../../parts/OrderStateMark';
import { useViewing } from '../../shell/viewing';
import css from './Orders.module.css';
import { words } from './words';

// By the books something can still happen to these; whether it can be withdrawn at this moment, the daemon says.
const OPEN: ReadonlySet<Order['state']> = new Set([
  'intent',
  'sent',
  'accepted',
  'partially_filled',
  'unknown',
]);

/** Withdraws an order, after a dialog that repeats which one. */
export function CancelOrder({ order }: { order: Order }) {
  const { me } = useViewing();
  const isOwn = order.user === me.id;
  const name = isOwn ? undefined : order.user_name;
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const isRetried = order.state === 'rejected' && order.retryable;
  if (!OPEN.has(order.state) && !isRetried) return null;
  const cancel = async (reason: string) => {
    await cancelOrder(order.id, reason, isOwn ? undefined : order.user).finally(() =>
      cache.invalidateQueries({ queryKey: ['orders'] }),
    );
  };
  return (
    <>
      <Button size="compact-sm" variant="outline" color="bad" onClick={() => setIsAsking(true)}>
        {isRetried ? words.giveUp : words.cancel}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={isRetried ? words.giveUpTitle(name) : words.cancelTitle(name)}
        confirm={isRetried ? words.giveUp : words.cancel}
        dismiss={words.keep}
        danger
        reason={words.reason}
        onConfirm={cancel}
      >
        <What order={order} />
        <p className={css.dialogText}>{isRetried ? words.giveUpText : words.cancelText}</p>
      </ConfirmDialog>
    </>
  );
}

function What({ order }: { order: Order }) {
  const n = words.factNames;
  return (
    <DefinitionList
      items={[
        {
          term: words.columns.symbol,
          value: <b>{words.orderTitle(order.side, count(order.quantity), order.symbol)}</b>,
        },
        {
          term: n.limit,
          value: order.limit_paise === null ? words.market : <Money paise={order.limit_paise} />,
        },
        { term: n.filled, value: `${count(order.filled_quantity)} / ${count(order.quantity)}` },
        { term: words.columns.state, value: <OrderStateMark state={order.state} /> },
        { term: n.id, value: order.id },
      ]}
    />
  );
}
