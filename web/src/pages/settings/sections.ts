import type { IconName } from '../../parts/icons/paths';

interface SectionEntry {
  id: string;
  word: string;
  icon: IconName;
  /** Nobody has these of somebody else, not even an admin. */
  ownOnly: boolean;
}

/** The sections of the settings, in the order in which they are shown; the id stands in the URL. */
export const SECTIONS = [
  { id: 'account', word: 'Account', icon: 'users', ownOnly: true },
  { id: 'tokens', word: 'API tokens', icon: 'grants', ownOnly: true },
  { id: 'authenticator', word: 'Authenticator', icon: 'lock', ownOnly: true },
  { id: 'strategy', word: 'Strategy', icon: 'settings', ownOnly: false },
  { id: 'tasks', word: 'Tasks', icon: 'services', ownOnly: false },
  { id: 'prices', word: 'Runs on prices', icon: 'runs', ownOnly: false },
  { id: 'limits', word: 'Limits', icon: 'stop', ownOnly: false },
  { id: 'trading', word: 'Trading state', icon: 'lock', ownOnly: false },
  { id: 'capital', word: 'Capital', icon: 'pnl', ownOnly: false },
  { id: 'messages', word: 'Messages', icon: 'alerts', ownOnly: false },
  { id: 'channels', word: 'Channels', icon: 'signals', ownOnly: true },
  { id: 'broker', word: 'Broker', icon: 'external', ownOnly: true },
] as const satisfies readonly SectionEntry[];

export type SectionId = (typeof SECTIONS)[number]['id'];

export function sectionOf(text: string): SectionId | null {
  return SECTIONS.find(({ id }) => id === text)?.id ?? null;
}
