import { Link } from '@tanstack/react-router';
import type { IndividualService, TaskStatus } from '../../api/schema';
import { bytes } from '../../format/numbers';
import { dayOf, duration } from '../../format/time';
import { Countdown } from '../../parts/Countdown';
import { useNow } from '../../parts/clock';
import { Instant } from '../../parts/Instant';
import { RunMark } from '../../parts/RunMark';
import { NearInstant } from './NearInstant';
import css from './Services.module.css';
import { StateWord } from './StateWord';
import { words } from './words';

/** When a task is due next, with the time to it on the same day. */
export function NextRun({ status }: { status: TaskStatus }) {
  const now = useNow();
  const at = status.next_run_at ?? null;
  if (at === null) {
    return (
      <span className={css.soft}>
        {status.schedule_enabled ? words.noNext : words.notScheduled}
      </span>
    );
  }
  const isToday = now !== null && dayOf(now) === dayOf(at);
  return (
    <span>
      <Instant at={at} day={!isToday} />{' '}
      {isToday && (
        <span className={css.soft}>
          <Countdown until={at} over={words.dueNow} />
        </span>
      )}
    </span>
  );
}

/** How the last run went; leads to it. */
export function LastRunCell({ status }: { status: TaskStatus }) {
  const run = status.last_run;
  if (!run) return <span className={css.soft}>{words.never}</span>;
  return (
    <Link to="/runs/$run" params={{ run: run.id }} className={css.lastRun} title={run.detail}>
      <RunMark outcome={run.outcome ?? 'executing'} /> <NearInstant at={run.started_at} />
      {typeof run.duration_ms === 'number' && (
        <span className={css.soft}> {duration(run.duration_ms)}</span>
      )}
    </Link>
  );
}

/** How a task stands as a service of its own, and what becomes of it after a failure. */
export function OwnService({ own }: { own: IndividualService | null }) {
  if (own === null) return <span className={css.soft}>–</span>;
  return (
    <span className={css.stack}>
      <StateWord state={own.state} />
      <Policy own={own} />
    </span>
  );
}

function Policy({ own }: { own: IndividualService }) {
  const { state, restart, attempts, next_restart_at, reason } = own;
  if (own.created_at === null && state === 'stopped') return null;
  return (
    <span className={css.soft}>
      {state === 'stopped' && reason ? words.stoppedBecause(reason) : words.policies[restart]}
      {attempts > 0 && <span className={css.warn}> · {words.attempt(attempts)}</span>}
      {next_restart_at && (
        <>
          {' '}
          · {words.restartAt} <Instant at={next_restart_at} /> (
          <Countdown until={next_restart_at} />)
        </>
      )}
    </span>
  );
}

interface ProcessProps {
  own: IndividualService | null;
  /** Nothing where there is no process, in place of a dash. */
  bare?: boolean;
}

/** The process of a single service: number, processor time, memory, since when. */
export function Process({ own, bare = false }: ProcessProps) {
  if (!own?.running) return bare ? null : <span className={css.soft}>–</span>;
  const figures = [
    typeof own.pid === 'number' && words.pid(own.pid),
    typeof own.cpu_ms === 'number' && words.cpu(duration(own.cpu_ms)),
    typeof own.memory_bytes === 'number' && bytes(own.memory_bytes),
  ].filter((figure) => figure !== false);
  return (
    <span className={css.stack}>
      <span className="figure">{figures.join(' · ')}</span>
      <span className={css.soft}>
        {words.since} <Instant at={own.started_at ?? null} day />
      </span>
    </span>
  );
}
