import { Menu as MantineMenu } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon } from './icons/Icon';
import type { IconName } from './icons/paths';

interface MenuEntry {
  label: string;
  onSelect: () => void;
  icon?: IconName;
  /** For what cannot be taken back. */
  danger?: boolean;
  disabled?: boolean;
}

interface Props {
  /** The button that opens it; a part that takes a ref, such as a Mantine button. */
  children: ReactElement;
  entries: readonly MenuEntry[];
}

/** Before the menu is gone: a dialog that an entry opens gives the focus back to where it was. */
function backToOpener(entry: Element): void {
  const opener = entry.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  if (opener) document.getElementById(opener)?.focus();
}

/**
 * A menu of actions. Mantine puts a focusable, empty `presentation` element in front of the items, so that none looks
 * chosen after a click. A focusable element cannot be presentational, so it counts as a child of the menu that is no
 * item. Without it the focus goes to the first item, which is what a menu does.
 */
export function Menu({ children, entries }: Props) {
  return (
    <MantineMenu withInitialFocusPlaceholder={false} position="bottom-end" shadow="md">
      <MantineMenu.Target>{children}</MantineMenu.Target>
      <MantineMenu.Dropdown>
        {entries.map(({ label, onSelect, icon, danger = false, disabled = false }) => (
          <MantineMenu.Item
            key={label}
            onClick={(event) => {
              backToOpener(event.currentTarget);
              onSelect();
            }}
            disabled={disabled}
            {...(danger ? { color: 'bad' } : {})}
            leftSection={icon && <Icon name={icon} />}
          >
            {label}
          </MantineMenu.Item>
        ))}
      </MantineMenu.Dropdown>
    </MantineMenu>
  );
}
