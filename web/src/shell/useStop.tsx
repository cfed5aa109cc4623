import { Button } from '@mantine/core';
import { hideNotification, showNotification } from '@mantine/notifications';
import { explain, told } from '../api/problems';
import { useBusy } from '../api/useBusy';
import { showFailure } from '../parts/showFailure';
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
  const { once, isBusy } = useBusy();

  const turn = (write: () => Promise<unknown>, failed: string) =>
    once(async () => {
      try {
        await write();
        return true;
      } catch (error) {
        showFailure(failed, told(explain(error)));
        return false;
      } finally {
        onChanged();
      }
    });

  const press = async () => {
    if (!(await turn(stop, switchWords.failed))) return;
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
              void turn(undo, switchWords.undoFailed);
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
