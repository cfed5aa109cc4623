import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { belongsToControl } from './belongsToControl';

interface Options {
  count: number;
  scroller: RefObject<HTMLElement | null>;
  reveal: (index: number) => void;
  onOpen: ((index: number) => void) | undefined;
}

function step(key: string, active: number, count: number): number | null {
  if (key === 'j' || key === 'ArrowDown') return Math.min(active + 1, count - 1);
  if (key === 'k' || key === 'ArrowUp') return Math.max(active - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

/** j, k, the arrows, Home and End move the focus from row to row; Enter opens. */
export function useRowKeys({ count, scroller, reveal, onOpen }: Options) {
  const [active, setActive] = useState(-1);
  const wanted = useRef<number | null>(null);
  const focused = useRef(false);

  // A row far away is drawn only after it was scrolled to, so the focus follows the drawing.
  useEffect(() => {
    if (wanted.current === null) return;
    const row = scroller.current?.querySelector(`[data-row="${wanted.current}"]`);
    if (!(row instanceof HTMLElement)) return;
    wanted.current = null;
    row.focus();
  });

  // A focused row that is scrolled far away is no longer drawn; the keys must go on working.
  useEffect(() => {
    const lost = focused.current && document.activeElement === document.body;
    if (lost && !scroller.current?.querySelector(`[data-row="${active}"]`)) {
      scroller.current?.focus({ preventScroll: true });
    }
  });

  const onFocusRow = (index: number) => {
    focused.current = true;
    setActive(index);
  };
  const onBlur = (event: FocusEvent) => {
    if (event.target.isConnected) focused.current = false;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || belongsToControl(event.target)) return;
    if (event.key === 'Enter' && active >= 0 && active < count) {
      event.preventDefault();
      onOpen?.(active);
      return;
    }
    const next = count > 0 ? step(event.key, active, count) : null;
    if (next === null) return;
    event.preventDefault();
    wanted.current = next;
    setActive(next);
    reveal(next);
    // The same row again (at either end) draws nothing anew.
    if (next === active) wanted.current = null;
  };
  return { onFocusRow, onBlur, onKeyDown };
}
