import { Button } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { restartAllServices } from '../../api/services';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import css from './Services.module.css';
import { words } from './words';

/** Restarts every service that is on; for admins. */
export function RestartAll({ on }: { on: number }) {
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const restart = async () => {
    const { restarted } = await restartAllServices();
    showNotification({ title: words.restartedAll(restarted), message: '' });
    void cache.invalidateQueries({ queryKey: ['services'] });
  };
  return (
    <>
      <Button variant="default" size="xs" disabled={on === 0} onClick={() => setIsAsking(true)}>
        {words.restartAll}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.restartAllTitle(on)}
        confirm={words.restartAllConfirm}
        onConfirm={restart}
      >
        <p className={css.text}>{words.restartAllText}</p>
      </ConfirmDialog>
    </>
  );
}
