import { plural } from '../../format/numbers';

export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Doctor' : `Doctor of ${name}`),
  note: 'What can be proved before the market opens, without logging in at the broker and without an order.',
  again: 'Look again',
  others: 'Another user',
  checks: 'Now',
  looked: 'Looked at',
  summary: (failed: number, warning: number, notKnown: number) => {
    const parts = [
      ...(failed > 0 ? [`${plural(failed, 'check')} failed`] : []),
      ...(warning > 0 ? [`${warning} to look at`] : []),
      ...(notKnown > 0 ? [`${notKnown} not known yet`] : []),
    ];
    return parts.length === 0 ? 'everything is as it should be' : parts.join(', ');
  },
  what: 'What',
  outcome: 'Outcome',
  found: 'Found',
  todo: 'To do',
  mornings: 'Mornings',
  morningsNote: 'Before each session the daemon looks by itself, once.',
  due: 'The look of today is due at',
  day: 'Day',
  at: 'Looked at',
  reason: 'Why it was late or missed',
  noneTitle: 'No morning is kept yet',
  none: 'The first look appears here on the next trading day at 08:40.',
} as const;
