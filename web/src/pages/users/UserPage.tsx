import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { pageError } from '../../api/problems';
import type { User } from '../../api/schema';
import { serviceQuery } from '../../api/services';
import { userQuery } from '../../api/users';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { AdminOnly } from '../../shell/AdminOnly';
import { useMe } from '../../shell/viewing';
import { Access } from './Access';
import { LogIns } from './LogIns';
import { Practice } from './Practice';
import { stateMark } from './state';
import { Trading } from './Trading';
import css from './Users.module.css';
import { words } from './words';

export function UserPage() {
  return (
    <AdminOnly>
      <OneUser />
    </AdminOnly>
  );
}

function OneUser() {
  const me = useMe();
  const { id } = useParams({ from: '/inside/admin/users/$id' });
  const { data, error, isPending, refetch } = useQuery(userQuery(Number(id)));
  return (
    <PageFrame
      title={data?.name ?? words.title}
      actions={<Link to="/admin/users">{words.back}</Link>}
    >
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && (
          <>
            <div className={css.two}>
              <Facts user={data} />
              <Access user={data} isSelf={me.id === data.id} />
            </div>
            <Trading user={data} />
            <Practice user={data} />
            <LogIns user={data} isSelf={me.id === data.id} />
            <Links id={data.id} />
          </>
        )}
      </PageState>
    </PageFrame>
  );
}

function Facts({ user }: { user: User }) {
  const { data: service } = useQuery(serviceQuery(user.id));
  return (
    <Section title={words.facts}>
      <DefinitionList
        items={[
          { term: words.role, value: words.roleTexts[user.role] },
          { term: words.state, value: <MarkWord mark={stateMark(user.active)} /> },
          { term: words.service, value: service ? (service.running ? words.on : words.off) : '–' },
          { term: words.created, value: <Instant at={user.created_at} day /> },
          { term: words.number, value: user.id },
        ]}
      />
    </Section>
  );
}

const SETTINGS = ['limits', 'capital', 'strategy', 'tasks', 'messages'] as const;
const PAGES = [
  ['/', words.pages.today],
  ['/services', words.pages.services],
  ['/orders', words.pages.orders],
  ['/positions', words.pages.positions],
  ['/doctor', words.pages.doctor],
] as const;

/** What stands on pages of its own, opened for this user. */
function Links({ id }: { id: number }) {
  return (
    <div className={css.two}>
      <Section title={words.settings}>
        <ul className={css.links}>
          {SETTINGS.map((section) => (
            <li key={section}>
              <Link to="/settings/$section" params={{ section }} search={{ user: id }}>
                {words.links[section]}
              </Link>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={words.see}>
        <ul className={css.links}>
          {PAGES.map(([to, word]) => (
            <li key={to}>
              <Link to={to} search={{ user: id }}>
                {word}
              </Link>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
