import { showNotification } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import type { Bulk, ServiceAction, ServiceStatus } from '../../api/schema';
import { switchServices } from '../../api/services';
import { taskWord } from '../../format/task';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import css from './Services.module.css';
import { words } from './words';

interface Props {
  opened: boolean;
  action: ServiceAction;
  chosen: readonly ServiceStatus[];
  onClose: () => void;
  /** Hands on the users for whom it was refused: they stay chosen. */
  onDone: (refused: readonly number[]) => void;
}

/** Asks with the names of all, and tells for whom it was not done. */
export function BulkDialog({ opened, action, chosen, onClose, onDone }: Props) {
  const cache = useQueryClient();
  const executing = [...new Set(chosen.flatMap((row) => row.executing))].map(taskWord);
  const send = async () => {
    const answer = await switchServices(
      chosen.map(({ user }) => user),
      action,
    );
    void cache.invalidateQueries({ queryKey: ['services'] });
    tell(answer, chosen);
    onDone(answer.results.filter(({ done }) => !done).map(({ id }) => id));
  };
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.bulkTitle(action, chosen.length)}
      confirm={words.bulk[action]}
      danger={action === 'stop'}
      onConfirm={send}
    >
      <p className={css.names}>{chosen.map(({ user_name }) => user_name).join(', ')}</p>
      {action !== 'start' && executing.length > 0 && (
        <p className={css.text}>{words.stopExecuting(executing.join(', '))}</p>
      )}
      {action === 'stop' && <p className={css.text}>{words.bulkStop}</p>}
    </ConfirmDialog>
  );
}

/** Refusals stay until they are closed. */
function tell({ results, done }: Bulk, chosen: readonly ServiceStatus[]): void {
  const names = new Map(chosen.map(({ user, user_name }) => [user, user_name]));
  const refused = results.filter((result) => !result.done);
  showNotification({
    title: words.bulkDone(done, results.length),
    message: refused.map(({ id, detail }) => `${names.get(id) ?? id}: ${detail ?? ''}`).join('; '),
    ...(refused.length > 0 && { color: 'bad', autoClose: false }),
    closeButtonProps: { 'aria-label': words.close },
  });
}
