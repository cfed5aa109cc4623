import { runMark } from '../format/outcome';
import { MarkWord } from './MarkWord';

/** How a run ended, in the API's own word. */
export function RunMark({ outcome, bare }: { outcome: string; bare?: boolean }) {
  return <MarkWord mark={runMark(outcome)} bare={bare} />;
}
