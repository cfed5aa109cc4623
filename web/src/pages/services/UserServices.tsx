import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { pageError } from '../../api/problems';
import { individualServicesQuery, serviceQuery, taskStatesQuery } from '../../api/services';
import { tasksQuery } from '../../api/tasks';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { useViewing } from '../../shell/viewing';
import { taskRows } from './rows';
import { ServiceLog } from './ServiceLog';
import { Tasks } from './Tasks';
import { UnifiedService } from './UnifiedService';
import { words } from './words';

/** The services of one user: the unified one, single tasks, and what happened to them. */
export function UserServices() {
  const { user, name, isAdmin } = useViewing();
  const service = useQuery(serviceQuery(user));
  const states = useQuery(taskStatesQuery(user));
  const individual = useQuery(individualServicesQuery(user));
  const views = useQuery(tasksQuery);
  const rows = useMemo(
    () =>
      taskRows(states.data?.items ?? [], individual.data?.services ?? {}, views.data?.items ?? []),
    [states.data, individual.data, views.data],
  );

  const all = [service, states, individual, views];
  const failed = all.find(({ isError, data }) => isError && !data);
  const again = () => {
    for (const query of all) if (query.isError) void query.refetch();
  };
  const everybody = isAdmin && user === undefined && (
    <Button
      variant="default"
      size="xs"
      renderRoot={(props) => <Link to="/services" search={{}} {...props} />}
    >
      {words.everybody}
    </Button>
  );
  return (
    <PageFrame title={words.title(name)} actions={everybody || undefined}>
      <PageState
        loading={all.some(({ isPending }) => isPending)}
        error={failed ? pageError(failed.error, again) : null}
      >
        {service.data && (
          <>
            <UnifiedService service={service.data} user={user} name={name} />
            <Tasks rows={rows} service={service.data} user={user} name={name} />
            <ServiceLog user={user} name={name} />
          </>
        )}
      </PageState>
    </PageFrame>
  );
}
