import type { SessionBody } from '../api/schema';
import { loginWords, needsPerson, reasonWords, stateWords } from '../format/session';
import { Countdown } from './Countdown';
import { Instant } from './Instant';

const words = {
  session: 'Session',
  reason: 'Reason',
  since: 'Since',
  ended: 'Ended',
  next: 'Next login in',
  now: 'now',
  logins: 'Logins',
  answer: 'Last answer',
  leaves: 'Calls leave',
} as const;

/** How a session at a broker stands and how its calls leave the daemon's machine, for a list of definitions. */
export function sessionFacts(session: SessionBody, wayOut: string | null) {
  const { since, ended_at, until, last_answer } = session;
  const reason = reasonWords(session);
  const state = stateWords(session);
  return [
    {
      term: words.session,
      value: needsPerson(session) ? <strong>{state}</strong> : state,
    },
    reason !== '' && { term: words.reason, value: reason },
    since !== null && { term: words.since, value: <Instant at={since} day /> },
    ended_at !== null && { term: words.ended, value: <Instant at={ended_at} day /> },
    until !== null && { term: words.next, value: <Countdown until={until} over={words.now} /> },
    { term: words.logins, value: loginWords(session) },
    last_answer !== null && { term: words.answer, value: <Instant at={last_answer} /> },
    wayOut !== null && { term: words.leaves, value: wayOut },
  ].filter((fact) => fact !== false);
}
