import type { IndividualStateName } from '../../api/schema';
import type { Mark } from '../../format/outcome';
import { MarkWord } from '../../parts/MarkWord';
import { words } from './words';

const MARKS: Readonly<Record<IndividualStateName, Omit<Mark, 'word'>>> = {
  running: { shape: 'disc', token: 'accent' },
  restarting: { shape: 'triangle', token: 'warn' },
  stopped: { shape: 'ring', token: 'soft' },
};

/** Whether a service is on: shape, word and colour. */
export function StateWord({ state }: { state: IndividualStateName }) {
  return <MarkWord mark={{ ...MARKS[state], word: words.states[state] }} />;
}
