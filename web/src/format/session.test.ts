import { describe, expect, it } from 'vitest';
import type { SessionBody } from '../api/schema';
import { canLogIn, codeOf, isHeldBack, loginWords, needsPerson, reasonWords } from './session';

const session = (over: Partial<SessionBody>): SessionBody => ({
  state: 'none',
  reason: '',
  since: null,
  day: null,
  ended_at: null,
  until: null,
  logins_today: 0,
  refusals: 0,
  last_answer: null,
  ...over,
});

describe('a session at a broker', () => {
  it('says why it is as it is, as a sentence, and nothing where nobody has logged in', () => {
    const blocked = session({ state: 'blocked', reason: 'refused 3 times: Invalid MPIN' });
    expect(reasonWords(blocked)).toBe('Refused 3 times: Invalid MPIN.');
    expect(reasonWords(session({ reason: 'nobody has logged in yet' }))).toBe('');
    expect(reasonWords(session({ state: 'active' }))).toBe('');
  });

  it('counts logins, and refusals where there are any', () => {
    expect(loginWords(session({ logins_today: 1 }))).toBe('1 login today');
    expect(loginWords(session({ logins_today: 2, refusals: 1 }))).toBe('2 logins today, 1 refusal');
  });

  it('knows what a person can do in each state', () => {
    const states = [
      'none',
      'logging_in',
      'active',
      'over',
      'cooling_down',
      'needs_code',
      'blocked',
    ];
    const where = (is: (one: SessionBody) => boolean) =>
      states.filter((state) => is(session({ state: state as SessionBody['state'] })));
    expect(where(canLogIn)).toEqual(['none', 'over', 'needs_code']);
    expect(where(isHeldBack)).toEqual(['cooling_down', 'blocked']);
    expect(where(needsPerson)).toEqual(['needs_code', 'blocked']);
  });

  it('takes six digits for a code, as apps show them, and nothing else', () => {
    expect(codeOf(' 123 456 ')).toBe('123456');
    for (const wrong of ['', '12345', '1234567', '12345a']) expect(codeOf(wrong)).toBeNull();
  });
});
