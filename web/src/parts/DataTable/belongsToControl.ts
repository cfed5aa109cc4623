const CONTROLS = 'a, button, input, select, textarea, label, [role=menu], [role=dialog]';

/** Whether a press or a key is meant for something within a row and not for the row. */
export function belongsToControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest(CONTROLS) !== null;
}
