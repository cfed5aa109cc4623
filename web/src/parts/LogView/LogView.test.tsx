import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderPart } from '../testing';
import { LogView, type ShownLine } from './index';
import { newSince } from './useFollow';

function lines(count: number): ShownLine[] {
  return Array.from({ length: count }, (_, number) => ({
    key: `7:${number}`,
    run: 7,
    number,
    at: '2026-11-27T10:15:00.000+05:30',
    level: 'info',
    message: `line ${number}`,
  }));
}

/** Gives the part that scrolls a height, which the test's document does not have. */
function scrolledTo(scroller: HTMLElement, top: number, height: number): void {
  Object.defineProperties(scroller, {
    scrollHeight: { configurable: true, value: height },
    clientHeight: { configurable: true, value: 100 },
    scrollTop: { configurable: true, writable: true, value: top },
  });
  act(() => {
    fireEvent.scroll(scroller);
  });
}

test('it says how many lines came since somebody scrolled up, and goes to the end', () => {
  const { update } = renderPart(<LogView label="Log" lines={lines(10)} wrap={false} />);
  expect(screen.queryByRole('button')).toBeNull();
  const scroller = screen.getByRole('region', { name: 'Log' });
  scrolledTo(scroller, 300, 400);
  expect(screen.queryByRole('button')).toBeNull();
  scrolledTo(scroller, 0, 400);
  expect(screen.getByRole('button', { name: 'To the end' })).toBeTruthy();
  update(<LogView label="Log" lines={lines(13)} wrap={false} />);
  fireEvent.click(screen.getByRole('button', { name: '3 new lines below' }));
  expect(screen.queryByRole('button')).toBeNull();
});

test('it marks the line that somebody linked to', () => {
  renderPart(<LogView label="Log" lines={lines(3)} wrap marked="7:1" />);
  expect(screen.getByText('line 1').closest('li')?.getAttribute('aria-current')).toBe('true');
});

test('lines that were cut off above are no new ones', () => {
  expect(newSince(lines(4), '7:1')).toBe(2);
  expect(newSince(lines(4), 'gone')).toBe(0);
  expect(newSince(lines(4), undefined)).toBe(0);
});
