import { ActionIcon } from '@mantine/core';
import { Icon } from '../parts/icons/Icon';
import { Menu } from '../parts/Menu';
import { useActions } from './actions';
import { useMe } from './viewing';
import { words } from './words';

export function AccountMenu({ onKeys }: { onKeys: () => void }) {
  const me = useMe();
  const actions = useActions(onKeys);
  const entries = actions.map(({ word, icon, act }) => ({ label: word, icon, onSelect: act }));
  return (
    <Menu entries={entries}>
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={words.account(me.name)}
        title={words.account(me.name)}
      >
        <Icon name="users" />
      </ActionIcon>
    </Menu>
  );
}
