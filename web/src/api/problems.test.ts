import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Failure } from './client';
import { explain, WORDS } from './problems';

interface Document {
  components: { schemas: { Code: { enum: string[] } } };
}

function codesOfTheDocument(): string[] {
  const document: Document = JSON.parse(readFileSync('../docs/openapi.json', 'utf8'));
  return document.components.schemas.Code.enum;
}

test('every code of the API has words of its own', () => {
  const words: Record<string, { title: string; next: string } | undefined> = WORDS;
  const codes = codesOfTheDocument();
  expect(codes.length).toBeGreaterThan(50);
  expect(codes.filter((code) => !words[code]?.title || !words[code]?.next)).toEqual([]);
  const titles = Object.values(WORDS).map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});

test('the daemon’s sentence stands beside ours', () => {
  const told = explain(new Failure('name_taken', 'there is a user "asha"', 409));
  expect(told).toMatchObject({ code: 'name_taken', detail: 'There is a user "asha".' });
});

test('what is no failure of a request says so', () => {
  expect(explain(new TypeError('x is undefined')).code).toBe('unexpected');
});
