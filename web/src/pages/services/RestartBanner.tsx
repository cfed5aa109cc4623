import { Button } from '@mantine/core';
import { Icon } from '../../parts/icons/Icon';
import css from './Services.module.css';
import { useChangedTasks } from './useChangedTasks';
import { words } from './words';

interface Props {
  /** Of the schedules by which the service runs. */
  version: number;
  onRestart: () => void;
}

/** Says that a service follows schedules that are no longer the newest. */
export function RestartBanner({ version, onRestart }: Props) {
  const changed = useChangedTasks(version);
  return (
    <div className={css.banner} role="status">
      <Icon name="warning" />
      <span>
        {words.restartNeeded} {changed.length > 0 && words.restartChanged(changed.join(', '))}
      </span>
      <Button size="compact-sm" variant="default" onClick={onRestart}>
        {words.restart}
      </Button>
    </div>
  );
}
