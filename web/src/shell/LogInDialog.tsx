import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { meQuery } from '../api/auth';
import type { Me } from '../api/schema';
import { useLive } from '../live/context';
import { sessionEnded } from '../live/session';
import { useStore } from '../live/store';
import css from '../pages/sign-in/Frame.module.css';
import { LogInForm } from '../pages/sign-in/LogInForm';
import { words } from '../pages/sign-in/words';
import { useMe } from './viewing';

/** Over the page when the session has ended, so that nothing typed below is lost. Reads are tried again, writes not. */
export function LogInDialog() {
  const isOpen = useStore(sessionEnded);
  const me = useMe();
  const live = useLive();
  const cache = useQueryClient();

  const enter = (next: Me) => {
    if (next.id !== me.id || next.role !== me.role) {
      // The page below shows somebody else's things.
      location.assign('/');
      return;
    }
    cache.setQueryData(meQuery.queryKey, next);
    live.resume();
  };

  return (
    <Modal
      opened={isOpen}
      onClose={() => undefined}
      title={words.sessionEnded}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      centered
    >
      <p className={css.note} style={{ marginBottom: 12 }}>
        {words.sessionEndedText}
      </p>
      <LogInForm name={me.name} onLoggedIn={enter} />
      <Button component="a" href="/login" variant="subtle" fullWidth mt={8}>
        {words.otherUser}
      </Button>
    </Modal>
  );
}
