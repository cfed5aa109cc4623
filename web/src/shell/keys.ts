import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Store, useStore } from '../live/store';
import { toFirstRow } from './firstRow';
import { entriesFor } from './navigation';

const STORED = 'prahari.single-letter-keys';
/** How long `g` waits for the letter of a page. */
const SECOND_LETTER_MS = 1500;

const keysOn = new Store(readStored());

function readStored(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    // Storage is refused in some private windows; the keys work all the same.
    return true;
  }
}

export function useKeysOn(): boolean {
  return useStore(keysOn);
}

/** Single letters can be in the way of speech input and screen readers (WCAG 2.1.4). */
export function switchKeys(on: boolean): void {
  keysOn.set(on);
  try {
    localStorage.setItem(STORED, on ? 'on' : 'off');
  } catch {
    // It holds until the page is closed.
  }
}

/** Whether a key goes to something that takes text or letters, or to a dialog. */
export function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest('input, textarea, select, [role="dialog"], [role="menu"], [role="listbox"]') !==
      null
  );
}

/** Goes to the first text filter of the page, where it has one. */
function toFilter(event: KeyboardEvent): void {
  const field = document.querySelector('[data-filter]');
  if (!(field instanceof HTMLInputElement)) return;
  event.preventDefault();
  field.focus();
  field.select();
}

interface Commands {
  isAdmin: boolean;
  openPalette: () => void;
  openHelp: () => void;
}

/** The keys that work everywhere. No key starts, stops or trades. */
export function useKeys({ isAdmin, openPalette, openHelp }: Commands): void {
  const navigate = useNavigate();
  const goUntil = useRef(0);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || !keysOn.get() || isTaken(event.target)) return;
      if (performance.now() < goUntil.current) {
        goUntil.current = 0;
        const entry = entriesFor(isAdmin).find(({ key }) => key === event.key);
        if (entry) void navigate({ to: entry.to });
        return;
      }
      if (event.key === 'g') goUntil.current = performance.now() + SECOND_LETTER_MS;
      if (event.key === '?') openHelp();
      if (event.key === '/') toFilter(event);
      if (event.key === 'j' || event.key === 'k') toFirstRow(event);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [isAdmin, navigate, openPalette, openHelp]);
}
