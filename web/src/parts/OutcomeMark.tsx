import { OUTCOMES, type Outcome } from '../format/outcome';
import { MarkWord } from './MarkWord';

/** The outcome of a slot: shape, word and colour. */
export function OutcomeMark({ outcome, bare }: { outcome: Outcome; bare?: boolean }) {
  return <MarkWord mark={OUTCOMES[outcome]} bare={bare} />;
}
