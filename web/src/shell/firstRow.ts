/** `j` and `k` begin in the first table of the page, where no row has the focus yet. */
export function toFirstRow(event: KeyboardEvent): void {
  const { target } = event;
  // Within a row the table knows better, and behind a dialog nothing moves.
  if (target instanceof Element && target.closest('[data-row]') !== null) return;
  if (document.querySelector('[role="dialog"]') !== null) return;
  const row = document.querySelector('main [data-row]');
  if (!(row instanceof HTMLElement)) return;
  event.preventDefault();
  row.focus();
}
