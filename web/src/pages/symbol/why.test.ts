import { expect, test } from 'vitest';
import type { WhyStep } from '../../api/schema';
import { answerMark, stepMark, whyWords } from './why';

const step = (kind: WhyStep['kind'], stops: boolean): WhyStep => ({
  kind,
  stops,
  at: null,
  found: 'there was no signal',
  task: null,
  execution: null,
  signal: null,
  order: null,
  halt: null,
});

test('the step at which the chain ended is told apart in form and words', () => {
  expect(stepMark(step('gate', true))).toEqual({
    shape: 'cross',
    word: 'refusal, ended here',
    token: 'bad',
  });
  expect(stepMark(step('gate', false))).toEqual({ shape: 'ring', word: 'refusal', token: 'soft' });
});

test('an answer says whether something was ordered, and whether it is known why not', () => {
  const mark = (ordered: boolean, stops: boolean) =>
    answerMark({ ordered, steps: [step('bar', false), step('signal', stops)] });
  expect(mark(true, false)).toMatchObject({ shape: 'disc', word: 'ordered' });
  expect(mark(false, true)).toMatchObject({ shape: 'cross', word: 'not ordered' });
  expect(mark(false, false)).toMatchObject({ shape: 'dashed', word: 'not ordered' });
});

test('what is left out is named', () => {
  expect(whyWords.leftOut(['run', 'decision'])).toBe(
    'There may be more runs, decisions and refusals than are listed here.',
  );
});
