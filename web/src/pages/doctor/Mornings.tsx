import { useQuery } from '@tanstack/react-query';
import { morningsQuery } from '../../api/doctor';
import { pageError } from '../../api/problems';
import type { DoctorMorning } from '../../api/schema';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Doctor.module.css';
import { OUTCOME_MARKS, summaryOf } from './marks';
import { words } from './words';

const foundIn = ({ outcome, checks }: DoctorMorning) =>
  outcome === 'missed' ? '' : summaryOf(checks);

const columns: readonly Column<DoctorMorning>[] = [
  { id: 'day', header: words.day, cell: ({ day }) => <Day date={day} /> },
  { id: 'at', header: words.at, cell: ({ looked_at }) => <LookedAt at={looked_at} /> },
  {
    id: 'outcome',
    header: words.outcome,
    cell: ({ outcome }) => <MarkWord mark={OUTCOME_MARKS[outcome]} />,
  },
  { id: 'found', header: words.found, cell: foundIn, grow: true, wrap: true },
  { id: 'reason', header: words.reason, cell: ({ reason }) => reason, grow: true, wrap: true },
];

/** The looks that the daemon made by itself. */
export function Mornings({ user }: { user: number | undefined }) {
  const { data, error, isPending, refetch } = useQuery(morningsQuery(user));
  return (
    <Section title={words.mornings} note={words.morningsNote} flush>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
        empty={data?.items.length === 0 && { title: words.noneTitle, text: words.none }}
      >
        {data && (
          <DataTable
            label={words.mornings}
            rows={data.items}
            columns={columns}
            rowId={({ day }) => day}
            card={MorningCard}
          />
        )}
      </PageState>
    </Section>
  );
}

function LookedAt({ at }: { at: string | null }) {
  return at === null ? '–' : <Instant at={at} />;
}

function MorningCard(morning: DoctorMorning) {
  const { day, looked_at, outcome, reason } = morning;
  return (
    <div className={css.card}>
      <span className={css.line}>
        <strong>
          <Day date={day} />
        </strong>{' '}
        <LookedAt at={looked_at} /> <MarkWord mark={OUTCOME_MARKS[outcome]} />
      </span>
      <span>{foundIn(morning)}</span>
      {reason !== '' && <span className={css.soft}>{reason}</span>}
    </div>
  );
}
