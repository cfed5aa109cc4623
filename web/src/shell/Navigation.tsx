import { Link } from '@tanstack/react-router';
import { Icon } from '../parts/icons/Icon';
import css from './Navigation.module.css';
import { type Entry, entriesFor } from './navigation';
import { words } from './words';

const exactly = (entry: Entry) => ({ exact: entry.to === '/' });

/** On a desk: the pages beside the page. */
export function Sidebar({ isAdmin }: { isAdmin: boolean }) {
  const entries = entriesFor(isAdmin);
  const ofAdmin = entries.filter((entry) => entry.for === 'admin');
  return (
    <nav className={css.sidebar} aria-label={words.navigation}>
      <EntryList entries={entries.filter((entry) => entry.for === 'all')} />
      {ofAdmin.length > 0 && (
        <>
          <div className={css.group}>{words.admin}</div>
          <EntryList entries={ofAdmin} />
        </>
      )}
    </nav>
  );
}

export function EntryList({ entries }: { entries: readonly Entry[] }) {
  return (
    <ul className={css.list}>
      {entries.map((entry) => (
        <li key={entry.to}>
          <Link to={entry.to} className={css.link} activeOptions={exactly(entry)}>
            <Icon name={entry.icon} />
            {entry.word}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** On a phone: the pages that are looked at most, below the thumb; the others behind More. */
export function BottomBar({ isAdmin, onMore }: { isAdmin: boolean; onMore: () => void }) {
  return (
    <nav className={css.bar} aria-label={words.navigation}>
      {entriesFor(isAdmin)
        .filter((entry) => entry.inBar)
        .map((entry) => (
          <Link key={entry.to} to={entry.to} className={css.tab} activeOptions={exactly(entry)}>
            <Icon name={entry.icon} size={20} />
            {entry.word}
          </Link>
        ))}
      <button type="button" className={css.tab} onClick={onMore}>
        <Icon name="more" size={20} />
        {words.more}
      </button>
    </nav>
  );
}
