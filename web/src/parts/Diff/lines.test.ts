import { expect, it } from 'vitest';
import { diffLines, nearChanges } from './lines';

const marks = { same: ' ', removed: '-', added: '+' } as const;
const shown = (before: string, after: string) =>
  diffLines(before, after).map((line) => marks[line.kind] + line.text);

it('tells what went, came and stayed', () => {
  expect(shown('a\nb\nc', 'a\nx\nc\nd')).toEqual([' a', '-b', '+x', ' c', '+d']);
  expect(shown('a', 'a')).toEqual([' a']);
});

it('of a long text it is enough to see what differs, and a little around it', () => {
  const lines = diffLines('a\nb\nc\nd\ne\nf', 'a\nb\nx\nd\ne\nf');
  expect(nearChanges(lines, 1).map(({ text }) => text)).toEqual(['b', 'c', 'x', 'd']);
  expect(nearChanges(diffLines('a', 'a'), 1)).toEqual([]);
});

it('of texts that have next to nothing in common, what both begin and end with stays', () => {
  const text = (word: string) =>
    ['begin', ...Array.from({ length: 20_000 }, (_, line) => `${word} ${line}`), 'end'].join('\n');
  const lines = diffLines(text('old'), text('new'));
  expect(lines).toHaveLength(40_002);
  expect(lines.filter(({ kind }) => kind === 'same').map(({ text }) => text)).toEqual([
    'begin',
    'end',
  ]);
  expect(lines[20_001]).toEqual({ kind: 'added', text: 'new 0', before: null, after: 2 });
});

it('both texts can be read out of it', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed % below;
  };
  const text = () =>
    Array.from({ length: random(9) + 1 }, () => 'abc'.charAt(random(3))).join('\n');
  for (let round = 0; round < 300; round += 1) {
    const [before, after] = [text(), text()];
    const lines = diffLines(before, after);
    const without = (kind: string) =>
      lines.filter((line) => line.kind !== kind).map((line) => line.text);
    expect(without('added').join('\n')).toBe(before);
    expect(without('removed').join('\n')).toBe(after);
  }
});
