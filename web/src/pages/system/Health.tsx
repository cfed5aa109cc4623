import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { pageError } from '../../api/problems';
import type { Health as HealthBody } from '../../api/schema';
import { systemSwitchQuery } from '../../api/switches';
import { healthQuery } from '../../api/system';
import { codeTitle } from '../../format/codes';
import { count } from '../../format/numbers';
import type { Mark } from '../../format/outcome';
import { Day } from '../../parts/Day';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './System.module.css';
import { words } from './words';

/** What the daemon says about itself. */
export function Health() {
  const { data, error, isPending, refetch } = useQuery(healthQuery);
  const { data: orders } = useQuery(systemSwitchQuery);
  return (
    <Section
      title={
        <span className={css.title}>
          {words.health} {data && <MarkWord mark={markOf(data.status)} />}
        </span>
      }
      note={data?.demonstration ? words.demonstration : undefined}
    >
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && (
          <>
            <DefinitionList items={facts(data, orders?.on)} />
            <Alerts health={data} />
          </>
        )}
      </PageState>
    </Section>
  );
}

function markOf(status: string): Mark {
  if (status === 'ok') return { shape: 'disc', token: 'accent', word: words.states.ok };
  if (status === 'attention') {
    return { shape: 'triangle', token: 'warn', word: words.states.attention };
  }
  return { shape: 'cross', token: 'bad', word: words.states.failed };
}

function facts(health: HealthBody, areOrdersStopped: boolean | undefined) {
  const { problem, day_note } = health;
  return [
    { term: words.version, value: health.version },
    {
      term: words.problem,
      value: <span className={problem ? css.bad : undefined}>{problem ?? words.noProblem}</span>,
    },
    { term: words.lastInstant, value: <Instant at={health.last_instant} day /> },
    ...(day_note === '' ? [] : [{ term: words.dayNote, value: day_note }]),
    { term: words.known, value: <Day date={health.known_through} /> },
    { term: words.users, value: count(health.users) },
    { term: words.services, value: count(health.services_running) },
    {
      term: words.switch,
      value: (
        <span className={areOrdersStopped ? css.bad : undefined}>
          {areOrdersStopped ? words.stopped : words.passing}
        </span>
      ),
    },
  ];
}

function Alerts({ health: { alerts } }: { health: HealthBody }) {
  return (
    <>
      <h3 className={css.heading}>{words.alerts}</h3>
      {alerts.length === 0 ? (
        <p className={css.soft}>
          {words.noAlerts}. {words.noAlertsText}
        </p>
      ) : (
        <>
          <ul className={css.alerts}>
            {alerts.map(({ code, detail, since }) => (
              <li key={`${code} ${since} ${detail}`}>
                <strong>{codeTitle(code)}</strong>
                <span>{detail}</span>
                <span className={css.soft}>
                  <Instant at={since} day />
                </span>
              </li>
            ))}
          </ul>
          <Link to="/alerts">{words.toAlerts}</Link>
        </>
      )}
    </>
  );
}
