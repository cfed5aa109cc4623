import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ordersQuery } from '../api/orders';
import { ofUser, rows } from '../api/pages';
import { limitsQuery, setUserSwitch } from '../api/switches';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import css from './KillSwitch.module.css';
import { limitRows, switchesOf } from './limits';
import { SwitchButton } from './SwitchButton';
import { useStop } from './useStop';
import { useViewing } from './viewing';
import { switchWords } from './words';

/** On: one press. Off: a dialog with what may then happen, and a held button. */
export function UserKillSwitch() {
  const { user, name } = useViewing();
  const cache = useQueryClient();
  const { data: limits } = useQuery(limitsQuery(user));
  const [isAsking, setIsAsking] = useState(false);
  const read = () => cache.invalidateQueries({ queryKey: ['limits'] });
  const { press, isBusy } = useStop({
    stop: () => setUserSwitch(true, user),
    undo: () => setUserSwitch(false, user),
    done: switchWords.stopped(name),
    onChanged: () => void read(),
  });
  if (!limits) return null;

  const { isStopped, isOwnOn, isAdminOn } = switchesOf(limits);
  // A user turns the own switch, an admin who names a user turns the admin's.
  const isOursOn = user === undefined ? isOwnOn : isAdminOn;
  const whose = isAdminOn && !isOursOn ? switchWords.byAdmin : switchWords.byDaemon;
  const title = isStopped
    ? isOursOn
      ? switchWords.stopped(name)
      : whose
    : switchWords.stopTitle(name);
  const act = !isStopped ? press : isOursOn ? () => setIsAsking(true) : undefined;
  const letThrough = async () => {
    await setUserSwitch(false, user);
    await read();
  };
  return (
    <>
      <SwitchButton isOn={isStopped} isBusy={isBusy} title={title} onPress={act} />
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={switchWords.offTitle(name)}
        confirm={switchWords.off}
        hold
        onConfirm={letThrough}
      >
        <p className={css.text}>{switchWords.offText}</p>
        <Limits values={limits.in_force} user={user} />
      </ConfirmDialog>
    </>
  );
}

const COUNTED = 100;

function Limits({ values, user }: { values: Record<string, unknown>; user: number | undefined }) {
  const orders = useInfiniteQuery(ordersQuery({ ...ofUser(user), active: true, limit: COUNTED }));
  const count = rows(orders.data).length;
  return (
    <dl className={css.limits}>
      {orders.data && (
        <>
          <dt>{switchWords.openOrders}</dt>
          <dd className="figure">{orders.hasNextPage ? switchWords.atLeast(count) : count}</dd>
        </>
      )}
      {limitRows(values).map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd className="figure">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
