import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { unblockBroker } from '../../api/broker';
import { pageError, told } from '../../api/problems';
import type { BrokerBody, LimitsBody, TradingStateName, User } from '../../api/schema';
import { limitsQuery, setUserSwitch } from '../../api/switches';
import { tradingStateQuery } from '../../api/trading';
import { userBrokerQuery } from '../../api/userAdmin';
import { useWrite } from '../../api/useWrite';
import { brokerName } from '../../format/broker';
import { count } from '../../format/numbers';
import { isHeldBack } from '../../format/session';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { PageState } from '../../parts/PageState';
import { Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { sessionFacts } from '../../parts/SessionFacts';
import { switchesOf } from '../../shell/limits';
import { tradingWords } from '../../shell/words';
import { ChangeBroker } from './GoingLive';
import css from './Users.module.css';
import { words } from './words';

/** Whether orders of a user pass, and how the link with the broker does. */
export function Trading({ user }: { user: User }) {
  const broker = useQuery(userBrokerQuery(user.id));
  const limits = useQuery(limitsQuery(user.id));
  const state = useQuery(tradingStateQuery(user.id)).data?.state;
  const failed = [broker, limits].find(({ error, data }) => error && !data);
  const again = () => {
    void broker.refetch();
    void limits.refetch();
  };
  return (
    <Section title={words.trading}>
      <PageState
        loading={broker.isPending || limits.isPending}
        error={failed ? pageError(failed.error, again) : null}
      >
        {broker.data && limits.data && (
          <>
            <DefinitionList items={facts(broker.data, limits.data, state)} />
            <div className={css.actions}>
              <Orders user={user} limits={limits.data} />
              <ChangeBroker user={user} present={broker.data} />
              <Unblock user={user} broker={broker.data} />
            </div>
          </>
        )}
      </PageState>
    </Section>
  );
}

function facts(broker: BrokerBody, limits: LimitsBody, state: TradingStateName | undefined) {
  const { isStopped, isOwnOn, isAdminOn } = switchesOf(limits);
  const by = isAdminOn ? 'admin' : isOwnOn ? 'own' : 'daemon';
  const { pushes_booked, pushes_known, pushes_ignored } = broker;
  return [
    {
      term: words.orders,
      value: isStopped ? `${words.ordersStopped} ${words.stoppedBy[by]}` : words.ordersPass,
    },
    {
      term: tradingWords.change,
      value: state === undefined ? '–' : tradingWords.states[state],
    },
    {
      term: words.broker,
      value: [brokerName(broker.broker), words.moneys[broker.mode], broker.silent && words.silent]
        .filter(Boolean)
        .join(', '),
    },
    ...(broker.session ? sessionFacts(broker.session, broker.way_out) : []),
    { term: words.waiting, value: count(broker.calls_waiting) },
    {
      term: words.pushes,
      value: words.pushText(count(pushes_booked), count(pushes_known), count(pushes_ignored)),
    },
    { term: words.resyncs, value: count(broker.resyncs) },
  ];
}

/** Stopping is one press, as in the header; letting through asks and wants the button held. */
function Orders({ user, limits }: { user: User; limits: LimitsBody }) {
  const { isAdminOn } = switchesOf(limits);
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const { write, isBusy, refusal } = useWrite(['limits']);
  const pass = async () => {
    await setUserSwitch(false, user.id);
    await cache.invalidateQueries({ queryKey: ['limits'] });
  };
  return (
    <>
      {isAdminOn ? (
        <Button size="sm" variant="default" onClick={() => setIsAsking(true)}>
          {words.passOrders}
        </Button>
      ) : (
        <Button
          size="sm"
          color="bad"
          variant="outline"
          disabled={isBusy}
          onClick={() => void write(() => setUserSwitch(true, user.id))}
        >
          {words.stopOrders}
        </Button>
      )}
      {refusal && (
        <p role="alert" className={css.bad}>
          {words.stopFailed}: {told(refusal)}
        </p>
      )}
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.passTitle(user.name)}
        confirm={words.passOrders}
        hold
        onConfirm={pass}
      >
        <p className={css.text}>{words.passText}</p>
      </ConfirmDialog>
    </>
  );
}

/** Lets logins at the broker be tried again that were blocked or have to wait; it logs nobody in. */
function Unblock({ user, broker }: { user: User; broker: BrokerBody }) {
  const { write, isBusy, refusal } = useWrite(['users']);
  if (!broker.session || !isHeldBack(broker.session)) return null;
  return (
    <>
      <Button
        size="sm"
        variant="default"
        disabled={isBusy}
        onClick={() => void write(() => unblockBroker(user.id))}
      >
        {words.unblock}
      </Button>
      <Refusal refusal={refusal} />
    </>
  );
}
