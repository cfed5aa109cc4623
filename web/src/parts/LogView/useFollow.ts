import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ShownLine } from './types';

/** Closer to the end than this is at the end: a fraction of a line is no scrolling up. */
const NEAR_END_PX = 24;

function isAtEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
}

interface Options {
  lines: readonly ShownLine[];
  scroller: RefObject<HTMLElement | null>;
  toEnd: () => void;
  /** Whether it begins at the end, and not at a line that somebody wants to see. */
  fromEnd: boolean;
}

/** Stays at the end as lines come; once scrolled up it stays there, and counts what comes below. */
export function useFollow({ lines, scroller, toEnd, fromEnd }: Options) {
  const [follows, setFollows] = useState(fromEnd);
  const last = lines.at(-1)?.key;
  // The last line that was seen when the following stopped.
  const [seen, setSeen] = useState<string | undefined>(undefined);
  const end = useRef(toEnd);
  useLayoutEffect(() => {
    end.current = toEnd;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last line is what moves the end
  useEffect(() => {
    if (follows) end.current();
  }, [follows, last]);

  const lastTop = useRef(0);
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const wentUp = element.scrollTop < lastTop.current;
    lastTop.current = element.scrollTop;
    if (isAtEnd(element)) setFollows(true);
    // Lines that turn out higher than they were guessed move the end as well; only a person goes up.
    else if (wentUp && follows) {
      setSeen(last);
      setFollows(false);
    }
  };
  return {
    follows,
    newLines: follows ? 0 : newSince(lines, seen),
    onScroll,
    follow: () => setFollows(true),
  };
}

/** How many lines stand after the one that was seen last. */
export function newSince(lines: readonly ShownLine[], seen: string | undefined): number {
  if (seen === undefined) return 0;
  const at = lines.findLastIndex(({ key }) => key === seen);
  return at < 0 ? 0 : lines.length - 1 - at;
}
