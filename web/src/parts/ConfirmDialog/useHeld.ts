import { useRef } from 'react';

/**
 * Holds what was asked while it is sent and while the dialog fades out: as soon as it is done, the page knows the new state, and
 * the question would be about nothing.
 */
export function useHeld<T>(isHeld: boolean, value: T): T {
  const held = useRef(value);
  if (!isHeld) held.current = value;
  return held.current;
}
