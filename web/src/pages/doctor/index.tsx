import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { doctorQuery } from '../../api/doctor';
import { pageError } from '../../api/problems';
import { Instant } from '../../parts/Instant';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import { Checks } from './Checks';
import { Mornings } from './Mornings';
import { summaryOf } from './marks';
import { words } from './words';

/** What can be proved of a user's day, and what was found in the mornings. An admin comes from the page of a user. */
export function DoctorPage() {
  const { user, name, isAdmin } = useViewing();
  const { data, error, isPending, isFetching, refetch } = useQuery(doctorQuery(user));
  return (
    <PageFrame
      title={words.title(name)}
      note={words.note}
      actions={
        <>
          {isAdmin && <Link to="/admin/users">{words.others}</Link>}
          <Button size="xs" variant="default" loading={isFetching} onClick={() => void refetch()}>
            {words.again}
          </Button>
        </>
      }
    >
      <Section
        title={words.checks}
        note={
          data && (
            <>
              {words.looked} <Instant at={data.at} />: {summaryOf(data.checks)}
            </>
          )
        }
        flush
      >
        <PageState
          loading={isPending}
          error={error && !data ? pageError(error, () => void refetch()) : null}
        >
          {data && <Checks checks={data.checks} />}
        </PageState>
      </Section>
      <Mornings user={user} />
    </PageFrame>
  );
}
