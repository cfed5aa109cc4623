import { Button } from '@mantine/core';
import css from './Form.module.css';
import type { DraftState } from './useDraft';
import { labelOf, told } from './values';
import { words } from './words';

/** Both values of what two people have changed, and the choice between them. */
export function Conflicts({ draft }: { draft: DraftState }) {
  if (draft.conflicts.length === 0) return null;
  return (
    <div className={css.conflict} role="alert">
      <p>{words.meanwhile}</p>
      <ul>
        {draft.conflicts.map(({ setting, was, is, yours }) => (
          <li key={setting.name}>
            {labelOf(setting)}:{' '}
            {words.bothValues(told(setting, was), told(setting, is), told(setting, yours))}
          </li>
        ))}
      </ul>
      <div className={css.buttons}>
        <Button size="sm" onClick={draft.keepMine}>
          {words.keepMine}
        </Button>
        <Button size="sm" variant="default" onClick={draft.takeTheirs}>
          {words.takeTheirs}
        </Button>
      </div>
    </div>
  );
}
