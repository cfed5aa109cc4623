import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';

// Below this all rows are drawn: finding in the page, printing and selecting then work as
// everywhere, at no cost that can be felt.
const VIRTUAL_FROM = 80;
const MORE_BEFORE_END = 20;

interface Options {
  count: number;
  rowHeight: number;
  scroller: RefObject<HTMLElement | null>;
  more: boolean;
  reading: boolean;
  stuck: boolean;
  onMore: (() => void) | undefined;
}

/** Which rows to draw, how much room to keep before and after them, and when to read on. */
export function useWindow({ count, rowHeight, scroller, more, reading, stuck, onMore }: Options) {
  const virtual = count >= VIRTUAL_FROM;
  const virtualizer = useVirtualizer({
    count,
    enabled: virtual,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  // A change of density moves every row.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what triggers it
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  const items = virtualizer.getVirtualItems();
  const first = virtual ? (items[0]?.index ?? 0) : 0;
  const end = virtual ? (items.at(-1)?.index ?? -1) + 1 : count;
  const before = virtual ? (items[0]?.start ?? 0) : 0;
  const after = virtual ? virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;

  useEffect(() => {
    if (virtual && more && !reading && !stuck && end >= count - MORE_BEFORE_END) onMore?.();
  }, [virtual, more, reading, stuck, end, count, onMore]);

  return {
    first,
    end,
    before,
    after,
    measure: virtual ? virtualizer.measureElement : undefined,
    reveal: (index: number) => virtual && virtualizer.scrollToIndex(index),
  };
}
