import { getRouteApi } from '@tanstack/react-router';
import { PageFrame } from '../../parts/PageFrame';
import { Tabs } from '../../parts/Tabs';
import { useViewing } from '../../shell/viewing';
import { AlertList } from './AlertList';
import { Halted } from './Halted';
import { MessageList } from './MessageList';
import { words } from './words';

const route = getRouteApi('/inside/alerts');

const TABS = [
  { id: 'alerts', word: words.alerts },
  { id: 'messages', word: words.messages },
] as const;

/** What somebody has to know of, and what was told to a user. */
export function AlertsPage() {
  const { isAdmin, user, name } = useViewing();
  const { tab = 'alerts' } = route.useSearch();
  const navigate = route.useNavigate();
  const isOfAll = isAdmin && user === undefined;
  return (
    <PageFrame title={words.title(name)}>
      {!isOfAll && <Halted user={user} name={name} />}
      <Tabs
        label={words.tabs}
        tabs={TABS}
        chosen={tab}
        onChoose={(chosen) =>
          void navigate({
            search: (before) => ({
              user: before.user,
              tab: chosen === 'alerts' ? undefined : chosen,
            }),
          })
        }
      />
      {tab === 'alerts' ? (
        <AlertList key={user} isOfAll={isOfAll} user={user} />
      ) : (
        <MessageList key={user} user={user} />
      )}
    </PageFrame>
  );
}
