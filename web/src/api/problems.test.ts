import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Failure, type FailureCode } from './client';
import { explain, fieldOf, sentenceOf, told, WORDS } from './problems';

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

const refused = (code: FailureCode, detail: string) => explain(new Failure(code, detail, 400));

test.each([
  ['invalid_request', 'logs_days: 9999 is not between 1 and 3650', 'logs_days'],
  ['invalid_request', 'capital_paise is 5, but must be from 100 to 900', 'capital_paise'],
  ['invalid_request', 'per_day.signals: 5 is not between 0 and 4', 'per_day.signals'],
  [
    'invalid_request',
    'per_run.signals is a whole number from 0 to 4; this is 5',
    'per_run.signals',
  ],
  ['invalid_request', 'signals: 5 is not between 0 and 4', null],
  ['invalid_request', 'keep_tokens[0]: you have no API token of this name', 'keep_tokens'],
  ['invalid_request', "a user's name has 1 to 64 of the characters a-z", 'name'],
  ['name_taken', 'there is a user "asha"', 'name'],
  [
    'weak_password',
    'this password cannot be used: it has fewer than 12 characters',
    'new_password',
  ],
  ['invalid_request', 'logs_days_more: 9 is too many', null],
  ['unavailable', 'the daemon is ending', null],
] as const)('a refusal is about a field: %s, %s', (code, detail, field) => {
  const fields = [
    'name',
    'logs_days',
    'capital_paise',
    'per_run.signals',
    'per_day.signals',
    'keep_tokens',
    'new_password',
  ];
  expect(fieldOf(refused(code, detail), fields)).toBe(field);
});

test('a refusal of another form is about none of these fields', () => {
  expect(fieldOf(refused('weak_password', 'it is short'), ['name'])).toBeNull();
  expect(fieldOf(null, ['name'])).toBeNull();
});

test('a field is called in the sentence as people see it', () => {
  const days = refused('invalid_request', 'logs_days: 0 is not between 1 and 3650');
  expect(sentenceOf(days, 'logs_days', 'Log lines')).toBe(
    'Log lines: 0 is not between 1 and 3650.',
  );
  const signals = refused('invalid_request', 'per_run.signals: 5 is not between 0 and 4');
  expect(sentenceOf(signals, 'per_run.signals', 'Signals of a run')).toBe(
    'Signals of a run: 5 is not between 0 and 4.',
  );
  const taken = refused('name_taken', 'there is a user "asha"');
  expect(sentenceOf(taken, 'name', 'Name')).toBe('There is a user "asha".');
});

test('one of several things in a field is called by itself, and once', () => {
  const unknown = refused('invalid_request', 'keep_tokens[1]: you have no API token of this name');
  expect(sentenceOf(unknown, 'keep_tokens', 'Tokens', ['backup', 'nightly'])).toBe(
    'Tokens, nightly: you have no API token of this name.',
  );
  expect(sentenceOf(unknown, 'keep_tokens', 'Tokens')).toBe(
    'Keep_tokens[1]: you have no API token of this name.',
  );
  const wrong = refused('invalid_request', 'symbols[0]: "NO_SUCH" is not a symbol');
  expect(sentenceOf(wrong, 'symbols', 'Symbols', ['NO_SUCH'])).toBe(
    'Symbols: "NO_SUCH" is not a symbol.',
  );
});

test('beside a field of rupees the daemon’s sentence about paise reads in rupees', () => {
  const told = (detail: string) =>
    sentenceOf(refused('invalid_request', detail), 'capital_paise', 'Capital');
  expect(told('capital_paise is a whole number from 100000 to 100000000000; this is 5')).toBe(
    'Capital is an amount from ₹1,000.00 to ₹1,00,00,00,000.00; this is ₹0.05.',
  );
  expect(told('capital_paise: 5 is not between 100000 and 200000 paise')).toBe(
    'Capital: ₹0.05 is not between ₹1,000.00 and ₹2,000.00.',
  );
  expect(
    told('capital_paise is 200000, but must be at least 19954976 paise: 80045024 paise are free'),
  ).toBe('Capital is ₹2,000.00, but must be at least ₹1,99,549.76: ₹8,00,450.24 are free.');
  expect(told('capital_paise: invalid type: string, at line 1 column 20')).toBe(
    'Capital: invalid type: string, at line 1 column 20.',
  );
});

test('a title that is the daemon’s own sentence is told once', () => {
  const wrong = refused('wrong_password', 'this is not your present password');
  expect(told(wrong)).toBe('This is not your present password. Enter it again.');
  expect(told(refused('unavailable', 'the daemon is ending'))).toBe(
    'The daemon cannot do this at present. The daemon is ending. Try again in a moment.',
  );
});
