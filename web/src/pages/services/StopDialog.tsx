import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { positionsQuery } from '../../api/money';
import { ordersQuery } from '../../api/orders';
import { ofUser, rows } from '../../api/pages';
import type { ServiceStatus } from '../../api/schema';
import { stopService } from '../../api/services';
import { taskWord } from '../../format/task';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import css from './Services.module.css';
import { words } from './words';

interface Props {
  opened: boolean;
  onClose: () => void;
  service: ServiceStatus;
  user: number | undefined;
  name: string | undefined;
}

/** Stops a unified service after saying what executes and what nobody watches then. */
export function StopDialog({ opened, onClose, service, user, name }: Props) {
  const cache = useQueryClient();
  const stop = async () => {
    await stopService(user);
    void cache.invalidateQueries({ queryKey: ['services'] });
  };
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.stopTitle(name)}
      confirm={words.stopConfirm}
      danger
      onConfirm={stop}
    >
      <p className={css.text}>{words.stopText}</p>
      <Consequences executing={service.executing} user={user} />
    </ConfirmDialog>
  );
}

interface ConsequencesProps {
  executing: readonly string[];
  user: number | undefined;
}

/** Asked for only when the dialog is open. */
function Consequences({ executing, user }: ConsequencesProps) {
  const { data: positions } = useQuery(positionsQuery(user));
  const sells = useInfiniteQuery(ordersQuery({ ...ofUser(user), active: true, side: 'sell' }));
  const held = positions?.items.length ?? 0;
  const open = rows(sells.data).length;
  const lines = [
    executing.length > 0 && words.stopExecuting(executing.map(taskWord).join(', ')),
    held > 0 && words.stopPositions(held),
    open > 0 && words.stopSells(words.sells(open, sells.hasNextPage)),
  ].filter((line) => line !== false);
  if (!positions || !sells.data) return null;
  if (lines.length === 0) return <p className={css.text}>{words.stopNothing}</p>;
  return (
    <ul className={css.points}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
