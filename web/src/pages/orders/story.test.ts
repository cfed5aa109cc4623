import { describe, expect, it } from 'vitest';
import type { OrderEntry } from '../../api/schema';
import { lastChange, storyLength, storyOf } from './story';

const at = (time: string) => `2026-11-27T10:15:${time}+05:30`;

const of = (sequence: number, time: string) => ({ sequence, recorded_at: at(time) });

describe('the story of an order', () => {
  const steps = storyOf([
    {
      ...of(1, '00.000'),
      event: 'intended',
      detail: {
        quantity: 12,
        limit_paise: null,
        strategy: 'rebound',
        execution: 7,
        first_placed_at: at('00.000'),
      },
    },
    { ...of(2, '00.250'), event: 'sent', detail: {} },
    { ...of(3, '01.000'), event: 'accepted', detail: { broker_order_id: 'B7' } },
    {
      ...of(4, '04.500'),
      event: 'filled',
      detail: {
        key: 'f',
        quantity: 12,
        price_paise: 1_40_250,
        filled_at: at('04.500'),
        withdrawn: null,
      },
    },
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

  it('tells what the exchange has annulled, and why', () => {
    const detail = {
      key: 'f',
      quantity: 12,
      price_paise: 1_40_250,
      reason: 'the trade is annulled',
    };
    const [step] = storyOf([{ ...of(1, '00.000'), event: 'fill_withdrawn', detail }]);
    expect(`${step?.word} ${step?.text}`).toBe('Annulled 12 at ₹1,402.50: the trade is annulled');
  });

  it('tells what a change is to', () => {
    const changed = (limit_paise: number | null) =>
      storyOf([{ ...of(1, '00.000'), event: 'changed', detail: { quantity: 154, limit_paise } }])[0]
        ?.text;
    expect(changed(1_33_170)).toBe('to 154 at ₹1,331.70');
    expect(changed(null)).toBe('to 154 at the market');
  });

  it('folds a change that is answered at once into one step', () => {
    const detail = { quantity: 12, limit_paise: 100 };
    const request = { ...detail, execution: 7, reason: null };
    const asked: OrderEntry = { ...of(1, '10.000'), event: 'change_requested', detail: request };
    const words = (last: OrderEntry) => storyOf([asked, last]).map(({ word }) => word);
    expect(words({ ...of(2, '10.400'), event: 'changed', detail })).toEqual(['Changed']);
    expect(words({ ...of(2, '12.000'), event: 'changed', detail })).toEqual([
      'Change sent',
      'Changed',
    ]);
    const refused = { event: 'change_refused', detail: { reason: 'too late' } } as const;
    expect(words({ ...of(2, '10.100'), ...refused })).toEqual(['Change sent', 'Change refused']);
  });

  it('tells why a task changed it, once, where that is kept', () => {
    const detail = { quantity: 12, limit_paise: null };
    const request = { ...detail, execution: 7, reason: 'rsi_exit' };
    const asked: OrderEntry = { ...of(1, '10.000'), event: 'change_requested', detail: request };
    const told = (time: string) =>
      storyOf([asked, { ...of(2, time), event: 'changed', detail }]).map(({ text }) => text);
    expect(told('10.400')).toEqual(['to 12 at the market: RSI exit']);
    expect(told('12.000')).toEqual(['to 12 at the market: RSI exit', 'to 12 at the market']);
  });

  it('knows the last change that a task asked for and the broker made', () => {
    const detail = { quantity: 12, limit_paise: null };
    const asked = (execution: number | null, reason: string | null): OrderEntry => ({
      ...of(1, '10.000'),
      event: 'change_requested',
      detail: { ...detail, execution, reason },
    });
    const made: OrderEntry = { ...of(2, '10.400'), event: 'changed', detail };
    const refused: OrderEntry = {
      ...of(3, '10.500'),
      event: 'change_refused',
      detail: { reason: 'too late' },
    };
    const first = asked(7, 'ema9_lower');
    expect(lastChange([first])).toBeNull();
    const exit = { execution: 9, reason: 'rsi_exit' };
    expect(lastChange([first, made, asked(9, 'rsi_exit'), made])).toEqual(exit);
    const kept = { execution: 7, reason: 'ema9_lower' };
    expect(lastChange([first, made, asked(9, 'rsi_exit'), refused])).toEqual(kept);
    expect(lastChange([first, made, made])).toBeNull();
    expect(lastChange([asked(null, null), made])).toBeNull();
  });

  it('tells what stands with an order at the broker that nobody asked for', () => {
    const told = (limit_paise: number | null, algo_id: string | null) => {
      const detail = { limit_paise, algo_id };
      return storyOf([{ ...of(1, '00.000'), event: 'terms', detail }])[0]?.text;
    };
    expect(told(101_00, null)).toBe('a market order with the limit ₹101.00');
    expect(told(null, '99999')).toBe('algo id 99999');
    expect(told(101_00, '99999')).toBe('a market order with the limit ₹101.00, algo id 99999');
  });

  it('gives the reason where there is one', () => {
    const reason = 'the daily limit of orders is reached';
    const detail = { reason, retryable: false };
    expect(storyOf([{ ...of(1, '00.000'), event: 'rejected', detail }])[0]?.text).toBe(reason);
  });
});
