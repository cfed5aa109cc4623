import { describe, expect, it } from 'vitest';
import { datesOf, pnlSearch } from './range';

describe('the dates of a range', () => {
  const today = '2026-03-31';

  it('are those of the month, the quarter and the tax year', () => {
    expect(datesOf({}, today)).toEqual({ from: '2026-03-01', through: '2026-03-31' });
    expect(datesOf({ range: 'quarter' }, today)).toEqual({
      from: '2026-01-01',
      through: '2026-03-31',
    });
    expect(datesOf({ range: 'tax_year' }, today)).toEqual({
      from: '2025-04-01',
      through: '2026-03-31',
    });
    expect(datesOf({ range: 'tax_year' }, '2026-04-01').from).toBe('2026-04-01');
    expect(datesOf({ range: 'last_tax_year' }, today)).toEqual({
      from: '2024-04-01',
      through: '2025-03-31',
    });
  });

  it('may be left open', () => {
    expect(datesOf({ range: 'all', from: '2026-01-01' }, today)).toEqual({});
    expect(datesOf({ range: 'own', from: '2026-01-01' }, today)).toEqual({ from: '2026-01-01' });
  });

  it('are read from the URL, what does not fit is left out', () => {
    expect(pnlSearch({ range: 'decade', from: '1 May', through: '2026-05-01' })).toEqual({
      through: '2026-05-01',
    });
  });
});
