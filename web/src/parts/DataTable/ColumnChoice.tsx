import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { useState } from 'react';
import { useInertPage } from '../focus';
import { Icon } from '../icons/Icon';
import type { Column } from './types';
import { words } from './words';

interface Props<Row> {
  columns: readonly Column<Row>[];
  shown: readonly string[];
  setShown: (shown: readonly string[]) => void;
}

/** Chooses the columns; the last one cannot be taken away. */
export function ColumnChoice<Row>({ columns, shown, setShown }: Props<Row>) {
  const [opened, setOpened] = useState(false);
  // The first click beside the choice closes it and does nothing else, also on what lies half under the header of a scrolled page.
  useInertPage(opened);
  const toggle = (id: string) => {
    const chosen = shown.includes(id) ? shown.filter((other) => other !== id) : [...shown, id];
    setShown(columns.map((column) => column.id).filter((known) => chosen.includes(known)));
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="top-end"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<Icon name="columns" size={14} />}
          onClick={() => setOpened(!opened)}
        >
          {words.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown
        aria-label={words.columns}
        style={{ maxHeight: 'min(60vh, 480px)', overflowY: 'auto' }}
      >
        <Stack gap={8}>
          {columns.map(({ id, header }) => (
            <Checkbox
              key={id}
              size="xs"
              label={header}
              checked={shown.includes(id)}
              disabled={shown.length === 1 && shown.includes(id)}
              onChange={() => toggle(id)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
