import { describe, expect, it } from 'vitest';
import type { RestrictionBody } from '../api/schema';
import { bandOf, loosensState } from './trading';

const held = (
  source: string,
  state: RestrictionBody['state'],
  reason: string,
): RestrictionBody => ({
  source,
  state,
  reason,
  since: null,
  by: null,
  lifted_by: source === 'own' ? 'user' : 'admin',
});

describe('the band of the trading state', () => {
  it('is not there while everything may be sent', () => {
    expect(bandOf({ state: 'active', restrictions: [] }, undefined)).toBeNull();
  });

  it('says the state, the reason that counts and from whom it is', () => {
    const restrictions = [held('own', 'reduce_only', 'results are due')];
    expect(bandOf({ state: 'reduce_only', restrictions }, undefined)).toEqual({
      title: 'Your trading is reduce-only',
      text: 'Set by the user: Results are due.',
    });
  });

  it('names the user whom an admin looks at, and how many more reasons there are', () => {
    const restrictions = [
      held('daemon', 'halted', 'the switch of everybody is on'),
      held('admin', 'halted', 'the books look odd'),
      held('own', 'reduce_only', 'results are due'),
    ];
    expect(bandOf({ state: 'halted', restrictions }, 'asha')).toEqual({
      title: 'Trading of asha is halted',
      text: 'For everybody: The switch of everybody is on. 2 more reasons.',
    });
  });

  it('takes a source that this console does not know by its name', () => {
    const restrictions = [held('exchange', 'halted', 'the exchange said so')];
    expect(bandOf({ state: 'halted', restrictions }, undefined)?.text).toBe(
      'Exchange: The exchange said so.',
    );
  });
});

it('lets more through only on the way back to active', () => {
  expect(loosensState('halted', 'reduce_only')).toBe(true);
  expect(loosensState('reduce_only', 'active')).toBe(true);
  expect(loosensState('active', 'reduce_only')).toBe(false);
  expect(loosensState('halted', 'halted')).toBe(false);
});
