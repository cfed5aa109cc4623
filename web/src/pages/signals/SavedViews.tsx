import { ActionIcon, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { tooLong } from '../../format/text';
import { useStore } from '../../live/store';
import { Icon } from '../../parts/icons/Icon';
import { type SignalSearch, signalSearch } from './filter';
import css from './Signals.module.css';
import { removeView, saveView, views } from './views';
import { words } from './words';

interface Props {
  search: SignalSearch;
  onApply: (search: SignalSearch) => void;
}

/** Views under a name, each a press away. */
export function SavedViews({ search, onApply }: Props) {
  const saved = useStore(views);
  const [isNaming, setIsNaming] = useState(false);
  return (
    <div className={css.views}>
      {saved.length > 0 && <span className={css.label}>{words.saved}</span>}
      {saved.map((view) => (
        <span key={view.name} className={css.view}>
          <button type="button" onClick={() => onApply(view.search)} title={words.apply(view.name)}>
            {view.name}
          </button>
          <ActionIcon
            variant="subtle"
            size={24}
            aria-label={words.remove(view.name)}
            title={words.remove(view.name)}
            onClick={() => removeView(view.name)}
          >
            <Icon name="close" size={12} />
          </ActionIcon>
        </span>
      ))}
      <Button size="compact-sm" variant="subtle" onClick={() => setIsNaming(true)}>
        {words.save}
      </Button>
      <Modal
        opened={isNaming}
        onClose={() => setIsNaming(false)}
        title={words.saveTitle}
        centered
        closeButtonProps={{ 'aria-label': words.cancel }}
      >
        <Naming
          onName={(name) => {
            // Of the whole URL the view alone: whose signals were looked at is no part of it.
            saveView({ name, search: signalSearch({ ...search }) });
            setIsNaming(false);
          }}
          onCancel={() => setIsNaming(false)}
        />
      </Modal>
    </div>
  );
}

const LONGEST_NAME = 40;

function Naming({ onName, onCancel }: { onName: (name: string) => void; onCancel: () => void }) {
  const [name, setName] = useState('');
  const noName = tooLong(name.trim(), LONGEST_NAME);
  const isComplete = name.trim() !== '' && noName === undefined;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) onName(name.trim());
  };
  return (
    <form onSubmit={save}>
      <Stack gap={12}>
        <p className={css.text}>{words.saveText}</p>
        <TextInput
          label={words.name}
          value={name}
          error={noName}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onCancel}>
            {words.cancel}
          </Button>
          <Button type="submit" disabled={!isComplete}>
            {words.saveButton}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
