import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ofUser } from '../../api/pages';
import { type PnlRange, pnlDailyQuery, pnlSummaryQuery } from '../../api/pnl';
import { pageError } from '../../api/problems';
import type { DailyPnl, PnlSummary } from '../../api/schema';
import { useAllRows } from '../../api/useAllRows';
import { useMode } from '../../api/useMode';
import { dayOf } from '../../format/time';
import { useNow } from '../../parts/clock';
import { DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import { ClosedPositions } from '../positions/ClosedPositions';
import { Charges } from './Charges';
import { CurveSection } from './CurveSection';
import { dayColumns, strategyColumns } from './columns';
import { DayCard } from './DayCard';
import css from './Pnl.module.css';
import { RangeBar } from './RangeBar';
import { datesOf } from './range';
import { SummaryFigures } from './SummaryFigures';
import { words } from './words';

const route = getRouteApi('/inside/pnl');

/** What the closed days of a range brought. */
export function PnlPage() {
  const { user, name } = useViewing();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const mode = useMode(user);
  return (
    <PageFrame title={words.title(name)} note={mode && words.modes[mode]}>
      <Panel label={words.range}>
        <RangeBar
          search={search}
          onChange={(range) =>
            void navigate({ search: ({ user: of }) => ({ user: of, ...range }), replace: true })
          }
        />
      </Panel>
      <PageState loading={now === null}>
        {now !== null && <Range range={{ ...ofUser(user), ...datesOf(search, dayOf(now)) }} />}
      </PageState>
    </PageFrame>
  );
}

function Range({ range }: { range: PnlRange }) {
  const summary = useQuery(pnlSummaryQuery(range));
  const daily = useInfiniteQuery(pnlDailyQuery(range));
  const days = useAllRows(daily);
  const failed = [summary, daily].find(({ isError, data }) => isError && !data);
  const again = () => {
    for (const query of [summary, daily]) if (query.isError) void query.refetch();
  };
  return (
    <PageState
      loading={summary.isPending || daily.isPending}
      error={failed ? pageError(failed.error, again) : null}
      empty={summary.data?.days === 0 && { title: words.noneTitle, text: words.none }}
    >
      {summary.data && <Result range={range} summary={summary.data} days={days} />}
    </PageState>
  );
}

interface ResultProps {
  range: PnlRange;
  summary: PnlSummary;
  days: readonly DailyPnl[];
}

function Result({ range, summary, days }: ResultProps) {
  return (
    <>
      <p className={css.closed}>{words.closed(summary.days)}</p>
      <SummaryFigures summary={summary} />
      <CurveSection range={range} />
      {summary.strategies.length > 1 && (
        <Section title={words.strategies} flush>
          <DataTable
            label={words.strategies}
            rows={summary.strategies}
            columns={strategyColumns}
            rowId={({ strategy }) => strategy}
          />
        </Section>
      )}
      <Section
        title={words.daily}
        actions={<DownloadTable path="/api/v1/pnl/daily" filter={range} what="daily results" />}
        flush
      >
        <DataTable
          label={words.daily}
          rows={days}
          columns={dayColumns}
          rowId={({ day }) => day}
          card={(day) => <DayCard day={day} />}
        />
      </Section>
      <Charges range={range} />
      <ClosedPositions filter={range} />
    </>
  );
}
