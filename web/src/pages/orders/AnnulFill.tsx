import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { decideAnnulled } from '../../api/orders';
import type { Order, OrderFill } from '../../api/schema';
import { rupees } from '../../format/money';
import { count } from '../../format/numbers';
import { dayAndTime } from '../../format/time';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { useViewing } from '../../shell/viewing';
import css from './Orders.module.css';
import { words } from './words';

interface Props {
  order: Order;
  fill: OrderFill;
}

/**
 * Takes the word of a person that the exchange annulled a fill, after a dialog that repeats which one and what follows. Of which
 * orders the word is taken the daemon says, since its books forget some.
 */
export function AnnulFill({ order, fill }: Props) {
  const { me } = useViewing();
  const isOwn = order.user === me.id;
  const name = isOwn ? undefined : order.user_name;
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const w = words.annul;
  const decide = async (reason: string) => {
    const user = isOwn ? undefined : order.user;
    await decideAnnulled(order.id, fill.key, reason, user).finally(() =>
      cache.invalidateQueries({ queryKey: ['orders'] }),
    );
  };
  return (
    <>
      <Button
        size="compact-xs"
        variant="outline"
        color="bad"
        aria-label={w.buttonOf(fill.key)}
        onClick={() => setIsAsking(true)}
      >
        {w.button}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={w.title(name)}
        confirm={w.confirm}
        dismiss={w.dismiss}
        danger
        reason={words.decideReason}
        onConfirm={decide}
      >
        <Which order={order} fill={fill} />
        <p className={css.dialogText}>{w.text[order.side]}</p>
      </ConfirmDialog>
    </>
  );
}

function Which({ order, fill }: Props) {
  const { quantity, price_paise: price, filled_at: at, key } = fill;
  const title = words.orderTitle(order.side, count(order.quantity), order.symbol);
  return (
    <DefinitionList
      items={[
        { term: words.columns.symbol, value: <b>{title}</b> },
        { term: words.factNames.id, value: order.id },
        {
          term: words.annul.fill,
          value: words.annul.what(count(quantity), rupees(price), dayAndTime(at)),
        },
        { term: words.fill.key, value: key },
      ]}
    />
  );
}
