import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { orderQuery } from '../../api/orders';
import { pageError } from '../../api/problems';
import type { OrderDetail } from '../../api/schema';
import { count } from '../../format/numbers';
import { duration } from '../../format/time';
import { OrderStateMark } from '../../parts/OrderStateMark';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import { CancelOrder } from './CancelOrder';
import { Fills } from './Fills';
import { OrderFacts } from './OrderFacts';
import css from './Orders.module.css';
import { Story } from './Story';
import { lastChange, storyLength, storyOf } from './story';
import { UnknownOrders } from './UnknownOrders';
import { words } from './words';

interface Props {
  /** Undefined while none is open. */
  id: string | undefined;
  user: number | undefined;
  onClose: () => void;
}

/** What happened to an order, beside the list. */
export function OrderDrawer({ id, user, onClose }: Props) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size={560}
      title={id}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {id !== undefined && <OrderStory id={id} user={user} />}
    </Drawer>
  );
}

function OrderStory({ id, user }: { id: string; user: number | undefined }) {
  const { data, error, isPending, refetch } = useQuery(orderQuery(id, user));
  return (
    <PageState
      loading={isPending}
      error={data || !error ? null : pageError(error, () => void refetch())}
    >
      {data && <Parts detail={data} />}
    </PageState>
  );
}

function Parts({ detail }: { detail: OrderDetail }) {
  const { order, fills, journal, module } = detail;
  const { me } = useViewing();
  const steps = storyOf(journal);
  return (
    <div className={css.parts}>
      <div className={css.headline}>
        <b>{words.orderTitle(order.side, count(order.quantity), order.symbol)}</b>
        <OrderStateMark state={order.state} />
        <CancelOrder order={order} />
      </div>
      {order.state === 'unknown' && (
        <UnknownOrders user={order.user === me.id ? undefined : order.user} id={order.id} />
      )}
      <Section title={words.story} note={words.total(duration(storyLength(steps)))}>
        <Story steps={steps} />
      </Section>
      {fills.length > 0 && (
        <Section title={words.fills} flush>
          <Fills order={order} fills={fills} fills_may_be_annulled={detail.fills_may_be_annulled} />
        </Section>
      )}
      <Section title={words.facts}>
        <OrderFacts order={order} module={module} change={lastChange(journal)} />
      </Section>
    </div>
  );
}
