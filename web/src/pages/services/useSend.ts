import { showNotification } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { explain } from '../../api/problems';
import { words } from './words';

/** Sends a change of a service once, however often it is pressed, and says so when it was not done. */
export function useSend() {
  const cache = useQueryClient();
  const busy = useRef(false);
  const [isBusy, setIsBusy] = useState(false);

  const send = async (write: () => Promise<unknown>, failed: string) => {
    if (busy.current) return;
    busy.current = true;
    setIsBusy(true);
    try {
      await write();
    } catch (error) {
      const { title, detail, next } = explain(error);
      showNotification({
        color: 'bad',
        title: failed,
        message: `${title}. ${detail} ${next}`,
        autoClose: false,
        closeButtonProps: { 'aria-label': words.close },
      });
    } finally {
      // The button works again only when the page shows what has become of it.
      await cache.invalidateQueries({ queryKey: ['services'] });
      busy.current = false;
      setIsBusy(false);
    }
  };
  return { send, isBusy };
}
