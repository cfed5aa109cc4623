import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { ClockContext } from '../parts/clock';
import type { Live } from './live';
import type { LiveEvent } from './messages';
import { useStore } from './store';

const LiveContext = createContext<Live | null>(null);

/** Opens the stream for what stands inside; `live` is made once for a tab. */
export function LiveProvider({ live, children }: { live: Live; children: ReactNode }) {
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  const calendar = useStore(live.calendar);
  const isReady = useStore(live.isReady);
  if (!isReady) return null;
  return (
    <LiveContext value={live}>
      <ClockContext value={calendar ? live.clock : null}>{children}</ClockContext>
    </LiveContext>
  );
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('this part of the console stands outside of the live stream');
  return live;
}

/** Has the prices of these shares kept fresh, in what was read of quotes, bars, positions and funds. */
export function usePrices(symbols: readonly string[]): void {
  const live = useLive();
  const named = [...new Set(symbols)].sort().join(',');
  useEffect(() => (named === '' ? undefined : live.wantPrices(named.split(','))), [live, named]);
}

/** Hears the events of the stream; `listener` has to be the same from render to render. */
export function useLiveEvents(listener: (event: LiveEvent) => void): void {
  const live = useLive();
  useEffect(() => live.listen(listener), [live, listener]);
}
