import { beforeEach, describe, expect, it } from 'vitest';
import { readViews, removeView, saveView, views } from './views';

describe('saved views', () => {
  beforeEach(() => {
    for (const { name } of views.get()) removeView(name);
  });

  it('are kept by name, the newest last', () => {
    saveView({ name: 'Strong', search: { kind: 'strong_buy' } });
    saveView({ name: 'Cheap', search: { sort: 'close' } });
    saveView({ name: 'Strong', search: { kind: 'strong_buy', sort: '-rsi' } });
    expect(views.get().map(({ name }) => name)).toEqual(['Cheap', 'Strong']);
    expect(readViews(JSON.parse(localStorage.getItem('prahari.signal-views') ?? ''))).toEqual(
      views.get(),
    );
  });

  it('of another version are read as far as they fit', () => {
    const stored = [
      { name: 'Old', search: { status: 'open', symbol: 'TCS' } },
      { name: 7, search: {} },
      'nonsense',
    ];
    expect(readViews(stored)).toEqual([{ name: 'Old', search: { symbol: 'TCS' } }]);
    expect(readViews({})).toEqual([]);
  });
});
