import { useEffect, useLayoutEffect, useRef } from 'react';

/** What has the focus, and then what stands around it and can have it. */
type Place = readonly HTMLElement[];

const canHaveFocus = (element: HTMLElement) =>
  element.tabIndex >= 0 || element.hasAttribute('tabindex');

function placeOfFocus(): Place {
  const found: HTMLElement[] = [];
  let at = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  for (; at && at !== document.body; at = at.parentElement) if (canHaveFocus(at)) found.push(at);
  return found;
}

/** Only when nothing else has the focus: whoever went on meanwhile is not called back. */
function goBackTo(place: Place): void {
  const target = place.find((element) => element.isConnected && !element.matches(':disabled'));
  // The element's own document: the page may have been closed before a delayed return.
  const home = target?.ownerDocument;
  const isLost = home && (home.activeElement === null || home.activeElement === home.body);
  if (isLost) target.focus();
}

/**
 * A button that cannot be pressed while its work goes on loses the focus: after the work it has it again. When the work took the
 * button away, what stood around it has it. Returns what remembers the place, to be called before the work begins.
 */
export function useFocusKept(isBusy: boolean): () => void {
  const place = useRef<Place>([]);
  useLayoutEffect(() => {
    if (isBusy) return;
    goBackTo(place.current);
    place.current = [];
  }, [isBusy]);
  return () => {
    place.current = placeOfFocus();
  };
}

/** Longer than Mantine takes to give the focus back, where it can. */
const RETURN_MS = 30;

/** For a dialog that may take away the button that opened it, such as with its row. */
export function useFocusReturned(): void {
  const place = useRef<Place>([]);
  useEffect(() => {
    place.current = placeOfFocus();
    return () => void setTimeout(() => goBackTo(place.current), RETURN_MS);
  }, []);
}

/** As the `ref` of what takes the place of what had the focus: there one goes on. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}

/** While `isCovered`, the page itself can be neither clicked nor reached: only what opened over it. */
export function useInertPage(isCovered: boolean): void {
  useEffect(() => {
    const page = document.getElementById('root');
    if (!isCovered || !page) return;
    page.inert = true;
    return () => {
      page.inert = false;
    };
  }, [isCovered]);
}
