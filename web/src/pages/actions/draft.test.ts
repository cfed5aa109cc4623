import { describe, expect, it } from 'vitest';
import { actionOf, type Draft, emptyDraft, figuresOf, mistakeIn } from './draft';

const draft = (said: Partial<Draft>): Draft => ({
  ...emptyDraft('reliance', '2024-10-28'),
  ...said,
});

describe('a typed action', () => {
  it('is sent with the figures of its kind alone', () => {
    const bonus = draft({ new: '1', held: '1', per_share_paise: '9', note: ' as announced ' });
    expect(actionOf(bonus)).toEqual({
      symbol: 'RELIANCE',
      ex_day: '2024-10-28',
      kind: 'bonus',
      new: 1,
      held: 1,
      note: 'as announced',
    });
    expect(actionOf(draft({ kind: 'dividend', per_share_paise: '1.47' }))).toMatchObject({
      per_share_paise: 147,
    });
    expect(actionOf(draft({ kind: 'demerger', parent_share: '68.85' }))).toMatchObject({
      kind: 'demerger',
      parent_share: 6885,
    });
    expect(figuresOf(draft({ kind: 'isin_change' }))).toEqual(['from_isin', 'to_isin']);
  });

  it('is not sent while something is missing or wrong', () => {
    expect(actionOf(draft({ new: '1' }))).toBeNull();
    expect(actionOf(draft({ new: '1', held: '0' }))).toBeNull();
    expect(actionOf(draft({ symbol: '', new: '1', held: '1' }))).toBeNull();
    expect(actionOf(draft({ kind: 'symbol_change' }))).toBeNull();
    expect(actionOf(draft({ kind: 'demerger' }))).not.toBeNull();
  });

  it('is told what is wrong beside the field', () => {
    expect(mistakeIn(draft({ new: '1.5' }), 'new')).toBe('This is no whole number.');
    expect(mistakeIn(draft({ held: '1001' }), 'held')).toBe('The most is 1,000.');
    expect(mistakeIn(draft({ symbol: 'a b' }), 'symbol')).toContain('no symbol');
    expect(mistakeIn(draft({ to_isin: 'INE467' }), 'to_isin')).toContain('ISIN');
    expect(mistakeIn(draft({ parent_share: '100' }), 'parent_share')).toContain('less than 100');
    expect(mistakeIn(draft({ note: 'x'.repeat(501) }), 'note')).toContain('500');
    expect(mistakeIn(draft({ ex_day: '' }), 'ex_day')).toBeUndefined();
  });
});
