import { useQueryClient } from '@tanstack/react-query';
import type { ServiceStatus } from '../../api/schema';
import { restartService } from '../../api/services';
import { taskWord } from '../../format/task';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import css from './Services.module.css';
import { useChangedTasks } from './useChangedTasks';
import { words } from './words';

interface Props {
  opened: boolean;
  onClose: () => void;
  service: ServiceStatus;
  user: number | undefined;
  name: string | undefined;
}

/** Restarts a unified service after saying which schedules it follows from then on. */
export function RestartDialog({ opened, onClose, service, user, name }: Props) {
  const cache = useQueryClient();
  const changed = useChangedTasks(service.schedule_version);
  const restart = async () => {
    await restartService(user);
    void cache.invalidateQueries({ queryKey: ['services'] });
  };
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.restartTitle(name)}
      confirm={words.restartConfirm}
      onConfirm={restart}
    >
      <p className={css.text}>{words.restartText}</p>
      <p className={css.text}>
        {changed.length > 0 ? words.restartChanged(changed.join(', ')) : words.restartSame}
      </p>
      {service.executing.length > 0 && (
        <p className={css.text}>
          {words.stopExecuting(service.executing.map(taskWord).join(', '))}
        </p>
      )}
    </ConfirmDialog>
  );
}
