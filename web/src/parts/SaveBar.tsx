import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { plural } from '../format/numbers';
import css from './SaveBar.module.css';

const words = {
  save: 'Save',
  saving: 'Saving…',
  discard: 'Discard',
  unsaved: (changes: number) => `${plural(changes, 'change')} not saved`,
} as const;

interface Props {
  /** How many fields differ from what is saved; with none the bar is not there. */
  changes: number;
  saving: boolean;
  /** The sentence of the daemon when it did not save. */
  refusal?: ReactNode;
  onSave: () => void;
  onDiscard: () => void;
  /** The verb where it is not `Save`. */
  save?: string;
}

/** Says that something is not saved, and saves it. */
export function SaveBar({ changes, saving, refusal, onSave, onDiscard, save = words.save }: Props) {
  if (changes === 0) return null;
  return (
    <div className={css.bar}>
      <div role="status">
        {refusal ? <span className={css.refusal}>{refusal}</span> : words.unsaved(changes)}
      </div>
      <Group gap={8}>
        <Button variant="default" size="sm" disabled={saving} onClick={onDiscard}>
          {words.discard}
        </Button>
        <Button size="sm" disabled={saving} onClick={onSave}>
          {saving ? words.saving : save}
        </Button>
      </Group>
    </div>
  );
}
