import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { calendarDaysQuery, calendarKnownQuery } from '../../api/calendar';
import { pageError } from '../../api/problems';
import { dayOf } from '../../format/time';
import { useNow } from '../../parts/clock';
import { Day } from '../../parts/Day';
import { Icon } from '../../parts/icons/Icon';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { useStepKeys } from '../../shell/useStepKeys';
import { useViewing } from '../../shell/viewing';
import { Administration } from './Administration';
import { Notable } from './Notable';
import { words } from './words';
import { YearView } from './YearView';

const route = getRouteApi('/inside/calendar');

/** The days of the exchange. */
export function CalendarPage() {
  const { isAdmin } = useViewing();
  const now = useNow();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = dayOf(now ?? 0);
  const year = search.year ?? Number(today.slice(0, 4));
  const turn = (to: number) =>
    void navigate({ search: (all) => ({ ...all, year: to }), replace: true });
  useStepKeys((by) => turn(year + by));
  if (now === null) return <PageState loading />;
  return (
    <PageFrame
      title={words.title}
      note={<KnownThrough />}
      actions={
        <>
          <Button
            variant="default"
            aria-label={words.yearBefore}
            title={`${words.yearBefore} [`}
            onClick={() => turn(year - 1)}
          >
            <Icon name="left" />
          </Button>
          <Button
            variant="default"
            aria-label={words.yearAfter}
            title={`${words.yearAfter} ]`}
            onClick={() => turn(year + 1)}
          >
            <Icon name="right" />
          </Button>
        </>
      }
    >
      <Year year={year} today={today} />
      {isAdmin && <Administration />}
    </PageFrame>
  );
}

/** What comes after this day is presumed. */
function KnownThrough() {
  const { data } = useQuery(calendarKnownQuery);
  if (!data) return null;
  return (
    <>
      {words.known} <Day date={data.known_through} />; {words.presumedLater}
    </>
  );
}

function Year({ year, today }: { year: number; today: string }) {
  const days = useQuery({
    ...calendarDaysQuery(`${year}-01-01`, `${year}-12-31`),
    placeholderData: keepPreviousData,
  });
  const failed = days.isError && !days.data;
  return (
    <PageState
      loading={days.isPending}
      error={failed ? pageError(days.error, () => void days.refetch()) : null}
    >
      {days.data && (
        <>
          <YearView year={year} today={today} days={days.data.items} />
          <Notable days={days.data.items} />
        </>
      )}
    </PageState>
  );
}
