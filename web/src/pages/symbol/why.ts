import type { StepKindName, WhyNoTrade, WhyStep } from '../../api/schema';
import type { Mark } from '../../format/outcome';

const KINDS: Readonly<Record<StepKindName, string>> = {
  bar: 'bar',
  signal: 'signal',
  halt: 'held back',
  run: 'run',
  decision: 'decision',
  gate: 'refusal',
  order: 'order',
};

const MANY: Readonly<Record<StepKindName, string>> = {
  bar: 'bars',
  signal: 'signals',
  halt: 'halts',
  run: 'runs',
  decision: 'decisions and refusals',
  gate: 'refusals',
  order: 'orders',
};

export const whyWords = {
  title: 'Why no trade?',
  note: 'what was written down of this share on a trading day, from its bar to its order',
  day: 'Trading day',
  steps: 'Steps from bar to order',
  stopped: 'ended here',
  run: 'Run',
  signal: 'Signal',
  order: 'Order',
  /** Of a holiday everything is known, of other days nothing: the sentence below says which. */
  noneTitle: 'There are no steps to follow on this day',
  leftOut: (kinds: readonly StepKindName[]) =>
    `There may be more ${kinds.map((kind) => MANY[kind]).join(', ')} than are listed here.`,
} as const;

/** What a step is, and whether the chain ended there. */
export function stepMark({ kind, stops }: Pick<WhyStep, 'kind' | 'stops'>): Mark {
  const word = KINDS[kind];
  return stops
    ? { shape: 'cross', word: `${word}, ${whyWords.stopped}`, token: 'bad' }
    : { shape: 'ring', word, token: 'soft' };
}

/** The mark of the answer itself. */
export function answerMark({ ordered, steps }: Pick<WhyNoTrade, 'ordered' | 'steps'>): Mark {
  if (ordered) return { shape: 'disc', word: 'ordered', token: 'accent' };
  return steps.some(({ stops }) => stops)
    ? { shape: 'cross', word: 'not ordered', token: 'bad' }
    : { shape: 'dashed', word: 'not ordered', token: 'soft' };
}
