import { ActionIcon } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Icon } from '../parts/icons/Icon';
import { AccountMenu } from './AccountMenu';
import css from './Header.module.css';
import { KillSwitch } from './KillSwitch';
import { LiveMark } from './LiveMark';
import { MarketState } from './MarketState';
import { words } from './words';

export function Header({ onSearch, onKeys }: { onSearch: () => void; onKeys: () => void }) {
  return (
    <header className={css.header}>
      <Link to="/" className={css.product}>
        {words.product}
      </Link>
      <MarketState />
      <div className={css.right}>
        <LiveMark />
        <KillSwitch />
        <ActionIcon
          variant="subtle"
          size="lg"
          aria-label={words.search}
          title={`${words.search} (Ctrl K)`}
          onClick={onSearch}
          className={css.desk}
        >
          <Icon name="search" />
        </ActionIcon>
        <AccountMenu onKeys={onKeys} />
      </div>
    </header>
  );
}
