import { expect, test } from 'vitest';
import { EXAMPLE, readManifest } from './manifest';

test('the example is read', () => {
  expect(readManifest(EXAMPLE, 'no JSON:', 'no name')).toMatchObject({
    name: 'gap_watch',
    title: 'Gap watch',
    after: ['premarket_retry'],
    rules: ['cron 30 9 * * MON-FRI'],
  });
});

test('what is none says why', () => {
  expect(readManifest('{', 'no JSON:', 'no name')).toMatch(/^no JSON: ./);
  expect(readManifest('[]', 'no JSON:', 'no name')).toBe('no name');
  expect(readManifest('{"title":"x"}', 'no JSON:', 'no name')).toBe('no name');
});
