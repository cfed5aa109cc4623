import { expect, test } from 'vitest';
import { toFirstRow } from './firstRow';

function press(on: Element | null): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key: 'j', bubbles: true, cancelable: true });
  on?.addEventListener('keydown', () => toFirstRow(event), { once: true });
  on?.dispatchEvent(event);
  return event;
}

const PAGE = `<main><a href="/">Orders</a>
  <div data-row="0" tabindex="-1">one</div>
  <div data-row="1" tabindex="-1"><button>act</button></div></main>`;

test('j on a fresh page takes the first row', () => {
  document.body.innerHTML = PAGE;
  expect(press(document.body).defaultPrevented).toBe(true);
  expect(document.activeElement?.textContent).toBe('one');
});

test('in a row, behind a dialog and without a table it does nothing', () => {
  document.body.innerHTML = PAGE;
  press(document.querySelector('button'));
  expect(document.activeElement).toBe(document.body);
  document.body.insertAdjacentHTML('beforeend', '<div role="dialog"></div>');
  press(document.querySelector('a'));
  expect(document.activeElement).toBe(document.body);
  document.body.innerHTML = '<main></main>';
  expect(press(document.body).defaultPrevented).toBe(false);
});
