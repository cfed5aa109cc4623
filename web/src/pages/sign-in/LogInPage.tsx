import { Alert } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { meQuery } from '../../api/auth';
import type { Me } from '../../api/schema';
import { healthQuery } from '../../api/system';
import { Frame } from './Frame';
import css from './Frame.module.css';
import { LogInForm } from './LogInForm';
import { words } from './words';

const route = getRouteApi('/login');

export function LogInPage() {
  const { next } = route.useSearch();
  const cache = useQueryClient();
  const router = useRouter();
  const health = useQuery(healthQuery).data;

  const enter = (me: Me) => {
    // Whatever is in the cache may be somebody else's.
    cache.clear();
    cache.setQueryData(meQuery.queryKey, me);
    router.history.replace(ownPath(next));
  };

  return (
    <Frame title={words.title}>
      {health?.set_up_pending && <Alert color="warn">{words.setUpPending}</Alert>}
      {health?.problem && (
        <Alert color="bad" title={words.health.failed}>
          {health.problem}
        </Alert>
      )}
      <LogInForm onLoggedIn={enter} />
      <p className={css.note}>{words.forgotten}</p>
      {health?.demonstration && <p className={css.note}>{words.demonstration}</p>}
    </Frame>
  );
}

/** A link may name any page after the log-in, but none of another site. */
function ownPath(next: string | undefined): string {
  return next?.startsWith('/') && !/^\/[/\\]/.test(next) ? next : '/';
}
