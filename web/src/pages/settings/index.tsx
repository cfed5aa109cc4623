import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Icon } from '../../parts/icons/Icon';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { NotFound } from '../../shell/NotFound';
import { useViewing } from '../../shell/viewing';
import { Account } from './Account';
import { Authenticator } from './Authenticator';
import { Broker } from './Broker';
import { Capital } from './Capital';
import { Channels } from './Channels';
import { Limits } from './Limits';
import { Messages } from './Messages';
import { PriceRuns } from './PriceRuns';
import css from './Settings.module.css';
import { Strategy } from './Strategy';
import { SECTIONS, type SectionId, sectionOf } from './sections';
import { Tasks } from './Tasks';
import { Tokens } from './Tokens';
import { TradingState } from './TradingState';
import { words } from './words';

const CONTENT: Readonly<Record<SectionId, () => ReactNode>> = {
  account: Account,
  tokens: Tokens,
  authenticator: Authenticator,
  strategy: Strategy,
  tasks: Tasks,
  prices: PriceRuns,
  limits: Limits,
  trading: TradingState,
  capital: Capital,
  messages: Messages,
  channels: Channels,
  broker: Broker,
};

/** What a user sets, one section a page. */
export function SettingsPage() {
  const { section } = useParams({ from: '/inside/settings/$section' });
  const { user, name } = useViewing();
  const id = sectionOf(section);
  if (id === null) return <NotFound />;
  const isOfOthers = user !== undefined;
  const entries = SECTIONS.filter(({ ownOnly }) => !isOfOthers || !ownOnly);
  const isForbidden = entries.every((entry) => entry.id !== id);
  const Content = CONTENT[id];
  return (
    <PageFrame title={words.title(name)}>
      <div className={css.layout}>
        <nav className={css.nav} aria-label={words.sections}>
          {entries.map((entry) => (
            <Link
              key={entry.id}
              to="/settings/$section"
              params={{ section: entry.id }}
              className={css.entry}
            >
              <Icon name={entry.icon} />
              {entry.word}
            </Link>
          ))}
        </nav>
        <div className={css.content}>
          {isForbidden ? (
            <PageState empty={{ title: words.ownTitle, text: words.ownText }} />
          ) : (
            <Content key={user} />
          )}
        </div>
      </div>
    </PageFrame>
  );
}
