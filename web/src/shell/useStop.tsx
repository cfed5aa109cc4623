import { Button } from '@mantine/core';
import { hideNotification, showNotification } from '@mantine/notifications';
import { useRef, useState } from 'react';
import { explain } from '../api/problems';
import { switchWords, words } from './words';

interface Stop {
  stop: () => Promise<unknown>;
  /** Takes it back; offered for a moment, in case the button was pressed by mistake. */
  undo: () => Promise<unknown>;
  done: string;
  onChanged: () => void;
}

const UNDO_MS = 10_000;

/** Stops at once, without a question: it is the safe direction. */
export function useStop({ stop, undo, done, onChanged }: Stop) {
  const busy = useRef(false);
  const [isBusy, setIsBusy] = useState(false);

  const once = async (write: () => Promise<unknown>) => {
    if (busy.current) return false;
    busy.current = true;
    setIsBusy(true);
    try {
      await write();
      return true;
    } catch (error) {
      const { title, next } = explain(error);
      showNotification({
        color: 'bad',
        title: switchWords.failed,
        message: `${title}. ${next}`,
        autoClose: false,
        closeButtonProps: { 'aria-label': words.close },
      });
      return false;
    } finally {
      busy.current = false;
      setIsBusy(false);
      onChanged();
    }
  };

  const press = async () => {
    if (!(await once(stop))) return;
    const id = showNotification({
      color: 'bad',
      title: done,
      autoClose: UNDO_MS,
      closeButtonProps: { 'aria-label': words.close },
      message: (
        <>
          {switchWords.stoppedText}{' '}
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              hideNotification(id);
              void once(undo);
            }}
          >
            {switchWords.undo}
          </Button>
        </>
      ),
    });
  };
  return { press: () => void press(), isBusy };
}
