import { useCallback, useEffect, useRef, useState } from 'react';
import { useLiveEvents } from '../../live/context';
import type { LiveEvent } from '../../live/messages';
import type { ShownLine } from '../../parts/LogView';
import { heardLine, isWanted, MOST_HEARD, type Wanted } from './lines';

/** Lines come in bursts; more often than this nobody reads them. */
const SHOW_EVERY_MS = 250;

/** The lines that came over the stream since the page was opened or the filter changed. */
export function useHeard(
  wanted: Wanted,
  on: boolean,
  nameOf?: (user: number | undefined) => string,
): readonly ShownLine[] {
  const { user, run, task, level, text } = wanted;
  const [lines, setLines] = useState<readonly ShownLine[]>([]);
  const gathered = useRef<ShownLine[]>([]);
  const hear = useCallback(
    (event: LiveEvent) => {
      if (!on || event.type !== 'log' || !isWanted(event, { user, run, task, level, text })) return;
      gathered.current.push(heardLine(event, nameOf?.(event.user)));
    },
    [on, user, run, task, level, text, nameOf],
  );
  useLiveEvents(hear);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another listener begins anew
  useEffect(() => {
    gathered.current = [];
    setLines([]);
    const timer = setInterval(() => {
      if (gathered.current.length === 0) return;
      const came = gathered.current;
      gathered.current = [];
      setLines((before) => [...before, ...came].slice(-MOST_HEARD));
    }, SHOW_EVERY_MS);
    return () => clearInterval(timer);
  }, [hear]);
  return lines;
}
