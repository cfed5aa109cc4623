import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { pageError } from '../../api/problems';
import type { ServiceStatus } from '../../api/schema';
import { servicesOfAllQuery } from '../../api/services';
import { useAllRows } from '../../api/useAllRows';
import { DataTable } from '../../parts/DataTable';
import { FilterBar } from '../../parts/FilterBar';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { Analysis } from './Analysis';
import { columnsWith, userCard } from './allColumns';
import { allFields } from './allFields';
import { BulkBar } from './BulkBar';
import { fits } from './fits';
import { RestartAll } from './RestartAll';
import { useChoice } from './useChoice';
import { words } from './words';

/** The services of everybody; for admins. */
export function AllServices() {
  const { q, state, only } = useSearch({ from: '/inside/services' });
  const navigate = useNavigate({ from: '/services' });
  const servicesRead = useInfiniteQuery(servicesOfAllQuery());
  const services = useAllRows(servicesRead);
  const found = useMemo(
    () => services.filter((row) => fits(row, { q, state, only })),
    [services, q, state, only],
  );
  const { chosen, choice, setChosen } = useChoice(found);
  const columns = useMemo(() => columnsWith(choice), [choice]);
  const on = services.filter(({ running }) => running).length;
  const { isPending, error, data } = servicesRead;
  const again = () => void servicesRead.refetch();
  const open = ({ user }: ServiceStatus) => void navigate({ to: '/services', search: { user } });

  return (
    <PageFrame
      title={words.everybody}
      note={words.totals(on, services.length)}
      actions={
        <>
          <Button
            variant="default"
            size="xs"
            renderRoot={(props) => <Link to="/services" search={{ mine: true }} {...props} />}
          >
            {words.mine}
          </Button>
          <Analysis />
          <RestartAll on={on} />
        </>
      }
    >
      <FilterBar
        fields={allFields}
        values={{ q, state, only }}
        onChange={(id, value) =>
          void navigate({ search: (search) => ({ ...search, [id]: value }), replace: true })
        }
        onClear={() => void navigate({ search: {}, replace: true })}
      />
      <Section
        title={words.all}
        note={words.allNote}
        actions={<BulkBar shown={found} chosen={chosen} onChoose={setChosen} />}
        flush
      >
        <PageState
          loading={isPending}
          error={error && !data ? pageError(error, again) : null}
          empty={found.length === 0 && { title: words.allEmptyTitle, text: words.allEmptyText }}
        >
          <DataTable
            label={words.all}
            rows={found}
            columns={columns}
            rowId={({ user }) => String(user)}
            onOpen={open}
            card={userCard(choice)}
          />
        </PageState>
      </Section>
    </PageFrame>
  );
}
