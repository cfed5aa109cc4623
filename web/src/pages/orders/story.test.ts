import { describe, expect, it } from 'vitest';
import type { OrderEntry } from '../../api/schema';
import { storyLength, storyOf } from './story';

const entry = (
  sequence: number,
  time: string,
  event: string,
  detail: unknown = {},
): OrderEntry => ({
  sequence,
  recorded_at: `2026-11-27T10:15:${time}+05:30`,
  event,
  detail,
});

describe('the story of an order', () => {
  const steps = storyOf([
    entry(1, '00.000', 'intended', { request: { symbol: 'TCS' } }),
    entry(2, '00.250', 'sent'),
    entry(3, '01.000', 'accepted', { broker_id: 'B7' }),
    entry(4, '04.500', 'filled', { key: 'f', quantity: 12, price: 1_40_250, at: '' }),
  ]);

  it('tells each entry with its particulars', () => {
    expect(steps.map(({ word, text }) => `${word} ${text}`.trim())).toEqual([
      'Decided and written down',
      'Sent to the broker',
      'Accepted by the broker as B7',
      'Filled 12 at ₹1,402.50',
    ]);
  });

  it('tells the time between them and over all', () => {
    expect(steps.map(({ sinceMs }) => sinceMs)).toEqual([null, 250, 750, 3500]);
    expect(storyLength(steps)).toBe(4500);
  });

  it('tells events that this console does not know by their code', () => {
    expect(storyOf([entry(1, '00.000', 'moved_away', null)])[0]).toMatchObject({
      word: 'moved away',
      text: '',
    });
  });

  it('tells what a change is to', () => {
    const changed = (kind: unknown) =>
      storyOf([entry(1, '00.000', 'changed', { quantity: 154, kind })])[0]?.text;
    expect(changed({ limit: 1_33_170 })).toBe('to 154 at ₹1,331.70');
    expect(changed('market')).toBe('to 154 at the market');
  });

  it('folds a change that is answered at once into one step', () => {
    const to = { quantity: 12, kind: { limit: 100 } };
    const asked = entry(1, '10.000', 'change_requested', to);
    const words = (last: OrderEntry) => storyOf([asked, last]).map(({ word }) => word);
    expect(words(entry(2, '10.400', 'changed', to))).toEqual(['Changed']);
    expect(words(entry(2, '12.000', 'changed', to))).toEqual(['Change sent', 'Changed']);
    expect(words(entry(2, '10.100', 'change_refused'))).toEqual(['Change sent', 'Change refused']);
  });

  it('gives the reason where there is one', () => {
    const reason = 'the daily limit of orders is reached';
    expect(storyOf([entry(1, '00.000', 'rejected', { reason, retryable: false })])[0]?.text).toBe(
      reason,
    );
  });
});
