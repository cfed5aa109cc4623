import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { words } from './words';

/** Asks before what was typed is lost by going to another page. */
export function Leaving({ isDirty }: { isDirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      opened={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      title={words.leaveTitle}
      confirm={words.leave}
      danger
      onConfirm={async () => blocker.proceed?.()}
    >
      {words.leaveText}
    </ConfirmDialog>
  );
}
