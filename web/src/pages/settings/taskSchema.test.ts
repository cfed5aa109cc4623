import { expect, it } from 'vitest';
import { fieldsOf, merged } from './taskSchema';

it('makes a field of each property of a schema', () => {
  const fields = fieldsOf({
    type: 'object',
    properties: {
      lookback: { type: 'integer', minimum: 2, maximum: 250, default: 20 },
      careful: { type: 'boolean' },
      weights: { type: 'array', items: { type: 'number' } },
      money_paise: { type: 'integer', default: 2_500_000 },
      first: { enum: ['strongest', 'weakest'] },
      either: { enum: [1, null] },
      share: { type: 'number', exclusiveMinimum: 0, maximum: 100 },
    },
  });
  expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
    ['lookback', 'whole'],
    ['careful', 'switch'],
    ['weights', 'json'],
    ['money_paise', 'money'],
    ['first', 'choice'],
    ['either', 'json'],
    ['share', 'number'],
  ]);
  expect(fields[0]).toMatchObject({ least: 2, most: 250, default: 20 });
  expect(fields[6]).toMatchObject({ least: null, most: 100, above: 0, below: null });
  expect(fields[4]).toMatchObject({ options: ['strongest', 'weakest'] });
  expect(fieldsOf(null)).toEqual([]);
});

it('keeps what is not changed and takes out what is null', () => {
  expect(merged({ lookback: 30, careful: true }, { lookback: null, weights: [1] })).toEqual({
    careful: true,
    weights: [1],
  });
});
