import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(resolve(process.cwd(), 'src/look/tokens.css'), 'utf8');

function tokensOf(scheme: string): Map<string, string> {
  const start = css.indexOf(`[data-mantine-color-scheme="${scheme}"] {`);
  const block = css.slice(start, css.indexOf('}', start));
  const found = [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)];
  return new Map(found.map(([, name = '', colour = '']) => [name, colour]));
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['bg', 'surface', 'raised'];
const texts = ['ink', 'soft', 'accent', 'gain', 'loss', 'warn', 'bad', 'unknown', 'skip', 'live'];
const onFills = [
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-bad', 'bad'],
  ['on-bad', 'bad-hover'],
  ['on-live', 'live'],
  ['on-unknown', 'unknown'],
] as const;

describe.each(['light', 'dark'])('contrast of the %s tokens', (scheme) => {
  const tokens = tokensOf(scheme);
  const ratio = (one: string, other: string) =>
    contrast(tokens.get(one) ?? 'missing', tokens.get(other) ?? 'missing');

  it.each(texts)('%s is readable on every ground', (text) => {
    for (const ground of grounds) expect(ratio(text, ground)).toBeGreaterThanOrEqual(5);
  });

  it.each(onFills)('%s is readable on %s', (text, fill) => {
    expect(ratio(text, fill)).toBeGreaterThanOrEqual(6.2);
  });

  it('text on a warning fill is readable', () => {
    expect(ratio('on-warn', 'warn')).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['control', 'focus'])('%s stands out from every ground', (token) => {
    for (const ground of grounds) expect(ratio(token, ground)).toBeGreaterThanOrEqual(3);
  });
});

it('both schemes define the same tokens', () => {
  expect([...tokensOf('light').keys()]).toEqual([...tokensOf('dark').keys()]);
});
