import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '../../../parts/ConfirmDialog';
import css from './Form.module.css';
import { words } from './words';

/** Asks before a page is left on which something is not saved. */
export function LeaveGuard({ isUnsaved }: { isUnsaved: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: () => isUnsaved,
    enableBeforeUnload: () => isUnsaved,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      opened={status === 'blocked'}
      onClose={() => reset?.()}
      title={words.leaveTitle}
      confirm={words.leave}
      danger
      onConfirm={async () => proceed?.()}
    >
      <p className={css.text}>{words.leaveText}</p>
    </ConfirmDialog>
  );
}
