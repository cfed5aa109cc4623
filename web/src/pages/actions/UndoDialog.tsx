import { useQueryClient } from '@tanstack/react-query';
import { undoAction } from '../../api/actions';
import type { ListedAction } from '../../api/schema';
import { actionWord } from '../../format/actions';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import css from './Actions.module.css';
import { words } from './words';

interface Props {
  /** Null while nothing is asked. */
  action: ListedAction | null;
  onClose: () => void;
}

/** Takes an action back, with the reason. */
export function UndoDialog({ action, onClose }: Props) {
  const cache = useQueryClient();
  const undo = async (reason: string) => {
    if (!action) return;
    await undoAction(action.id, reason);
    await Promise.all([
      cache.invalidateQueries({ queryKey: ['actions'] }),
      cache.invalidateQueries({ queryKey: ['positions'] }),
    ]);
  };
  return (
    <ConfirmDialog
      opened={action !== null}
      onClose={onClose}
      title={action ? words.undoTitle(actionWord(action), action.symbol) : ''}
      confirm={words.undo}
      danger
      reason={words.reason}
      onConfirm={undo}
    >
      <p className={css.text}>{words.undoText}</p>
    </ConfirmDialog>
  );
}
