import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { clockAt, renderPart } from '../testing';
import { Lane, type LaneSlot } from './index';
import { hoursOf, percentOf } from './place';

const at = (time: string) => Date.parse(`2026-11-27T${time}:00+05:30`);
const span = { fromMs: at('09:00'), toMs: at('19:00') };
const slots: LaneSlot[] = [
  { id: '1', atMs: at('09:15'), untilMs: at('15:30'), outcome: 'running' },
  { id: '2', atMs: at('18:00'), outcome: 'due', note: 'waits for analysis' },
];

describe('Lane', () => {
  it('tells all of it to who cannot see it', () => {
    renderPart(<Lane label="sell_monitor" slots={slots} {...span} />);
    expect(
      screen.getByRole('img', {
        name: 'sell_monitor: 09:15–15:30 running, 18:00 due: waits for analysis',
      }),
    ).toBeTruthy();
  });

  it('says when nothing is expected', () => {
    renderPart(<Lane label="buy" slots={[]} {...span} />);
    expect(screen.getByRole('img', { name: 'buy: nothing expected' })).toBeTruthy();
  });

  it('draws the line of now by the clock, and only within the day', () => {
    const { container, unmount } = renderPart(
      <Lane label="buy" slots={slots} {...span} />,
      clockAt('2026-11-27T14:00:00+05:30'),
    );
    expect(container.querySelector('[data-now]')?.getAttribute('x1')).toBe('50.000%');
    unmount();
    const later = renderPart(
      <Lane label="buy" slots={slots} {...span} />,
      clockAt('2026-11-27T20:00:00+05:30'),
    );
    expect(later.container.querySelector('[data-now]')).toBeNull();
  });

  it('places instants, and those outside on the nearer end', () => {
    expect(percentOf(span, at('10:00'))).toBe('10.000%');
    expect(percentOf(span, at('03:00'))).toBe('0.000%');
    expect(percentOf(span, at('23:00'))).toBe('100.000%');
    expect(hoursOf({ fromMs: at('09:15'), toMs: at('12:00') })).toEqual([
      at('10:00'),
      at('11:00'),
      at('12:00'),
    ]);
  });
});
