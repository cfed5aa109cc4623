import { showNotification } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '../../api/client';
import type { BegunRun } from '../../api/schema';
import { toMs } from '../../format/time';
import { useNow } from '../../parts/clock';
import { words } from './words';

interface Once {
  /** Sends it; throws when it was refused. */
  run: () => Promise<void>;
  /** Until when the daemon refused it when it was pressed last; null when it did not, or that is over. */
  retryAt: string | null;
}

/** A single run that somebody asks for, and how long it has to wait when it was asked for too soon. */
export function useRunOnce(word: string, send: () => Promise<BegunRun>): Once {
  const cache = useQueryClient();
  const now = useNow();
  const [retryAt, setRetryAt] = useState<string | null>(null);
  const mustWait = retryAt !== null && now !== null && toMs(retryAt) > now;

  const run = async () => {
    try {
      tellBegun(word, await send());
    } catch (error) {
      if (error instanceof Failure && error.code === 'run_too_soon') setRetryAt(error.retryAt);
      throw error;
    } finally {
      void cache.invalidateQueries({ queryKey: ['services'] });
    }
  };
  return { run, retryAt: mustWait ? retryAt : null };
}

/** A warning stays until it is closed. */
function tellBegun(word: string, { execution, warning }: BegunRun): void {
  showNotification({
    title: words.onceBegun(word, execution),
    message: warning ?? '',
    autoClose: warning === null ? 6000 : false,
    closeButtonProps: { 'aria-label': words.close },
  });
}
