import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Order } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { count, decimal } from '../../format/numbers';
import { reasonText } from '../../format/reason';
import { Copy } from '../../parts/Copy';
import { Day } from '../../parts/Day';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { kindWords, valuePaise } from './columns';
import css from './Orders.module.css';
import type { MadeChange } from './story';
import { purposeWords, words } from './words';

interface Props {
  order: Order;
  module: string | null;
  change?: MadeChange | null;
}

type Fact = { term: string; value: ReactNode };

/** What is known of an order, apart from its story. */
export function OrderFacts({ order, module, change = null }: Props) {
  const items = [...what(order), ...why(order, module, change), ...numbers(order)];
  return <DefinitionList items={items} />;
}

const n = words.factNames;

function what(order: Order): Fact[] {
  return [
    { term: n.kind, value: kindWords(order) },
    { term: n.user, value: order.user_name },
    { term: n.mode, value: words.modes[order.mode] },
    { term: n.day, value: <Day date={order.day} /> },
    {
      term: n.limit,
      value: order.limit_paise === null ? words.market : <Money paise={order.limit_paise} />,
    },
    ...(order.sent_limit_paise === null
      ? []
      : [{ term: n.sentLimit, value: <Money paise={order.sent_limit_paise} /> }]),
    { term: n.filled, value: `${count(order.filled_quantity)} / ${count(order.quantity)}` },
    { term: n.average, value: <Money paise={order.average_price_paise} /> },
    { term: n.value, value: <Money paise={valuePaise(order)} /> },
    ...(order.reason === '' ? [] : [{ term: n.reason, value: reasonOf(order) }]),
  ];
}

function reasonOf({ reason, retryable }: Order): string {
  const told = reasonText(reason);
  return retryable ? `${told}. ${words.retryable}` : told;
}

function why(order: Order, module: string | null, change: MadeChange | null): Fact[] {
  const facts: Fact[] = [{ term: n.purpose, value: purposeWords(order.purpose) }];
  if (change !== null) facts.push({ term: n.changed, value: <Change change={change} /> });
  facts.push({ term: n.strategy, value: codeWords(order.strategy) });
  if (order.execution !== null)
    facts.push({ term: n.run, value: <RunLink run={order.execution} /> });
  if (order.signal !== null) facts.push({ term: n.signal, value: order.signal });
  if (order.rsi !== null) facts.push({ term: n.rsi, value: decimal(order.rsi, 1) });
  if (module !== null) {
    const value = <Copied text={module} shown={module.slice(0, 12)} label={words.copyModule} />;
    facts.push({ term: n.module, value });
  }
  return facts;
}

function numbers(order: Order): Fact[] {
  const { id, retry_of: retryOf, broker_order_id: brokerId, algo_id: algoId } = order;
  const facts: Fact[] = [
    { term: n.id, value: <Copied text={id} shown={id} label={words.copyId} /> },
    {
      term: n.brokerId,
      value:
        brokerId === null ? (
          words.notKnown
        ) : (
          <Copied text={brokerId} shown={brokerId} label={words.copyBrokerId} />
        ),
    },
  ];
  if (algoId !== null) facts.push({ term: n.algoId, value: algoId });
  if (retryOf !== null) {
    const link = (
      <Link to="/orders" search={{ order: retryOf }}>
        {retryOf}
      </Link>
    );
    facts.push({ term: n.retryOf, value: link });
    facts.push({ term: n.firstPlaced, value: <Instant at={order.first_placed_at} day /> });
  }
  return facts;
}

/** The run that changed the order last, and why, as far as that is kept. */
function Change({ change: { execution, reason } }: { change: MadeChange }) {
  return (
    <>
      {words.byRun} <RunLink run={execution} />
      {reason !== null && `: ${codeWords(reason)}`}
    </>
  );
}

function RunLink({ run }: { run: number }) {
  return (
    <Link to="/runs/$run" params={{ run }}>
      {run}
    </Link>
  );
}

function Copied({ text, shown, label }: { text: string; shown: string; label: string }) {
  return (
    <span className={css.id}>
      <span className={css.hash}>{shown}</span>
      <Copy text={text} label={label} />
    </span>
  );
}
