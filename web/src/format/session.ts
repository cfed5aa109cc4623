import type { SessionBody } from '../api/schema';
import { plural } from './numbers';
import { sentence } from './text';

// A session at a broker, in words.

const STATES: Readonly<Record<SessionBody['state'], string>> = {
  none: 'nobody has logged in',
  logging_in: 'a login is under way',
  active: 'logged in',
  over: 'over; what needs the broker next logs in',
  cooling_down: 'no login for a while',
  needs_code: 'waits for your one-time code',
  blocked: 'blocked: nobody logs in until a person allows it',
};

export const stateWords = ({ state }: SessionBody): string => STATES[state];

/** Why it is so, as a sentence; empty where nothing is to be said beside the state. */
export function reasonWords({ state, reason }: SessionBody): string {
  return state === 'none' || reason === '' ? '' : sentence(reason);
}

/** Whether a person has to do something before anybody can log in. */
export const needsPerson = ({ state }: SessionBody): boolean =>
  state === 'needs_code' || state === 'blocked';

/** Whether somebody has to allow a login before it can be tried. */
export const isHeldBack = ({ state }: SessionBody): boolean =>
  state === 'cooling_down' || state === 'blocked';

/** Whether a login can be asked for now. */
export const canLogIn = ({ state }: SessionBody): boolean =>
  state === 'none' || state === 'over' || state === 'needs_code';

export const loginWords = ({ logins_today, refusals }: SessionBody): string =>
  [`${plural(logins_today, 'login')} today`, refusals > 0 && plural(refusals, 'refusal')]
    .filter(Boolean)
    .join(', ');

/** The six digits of a code, without the blank that apps show in the middle; null while they are not six. */
export function codeOf(typed: string): string | null {
  const digits = typed.replace(/\s/g, '');
  return /^\d{6}$/.test(digits) ? digits : null;
}
