import type { Decision } from '../../api/schema';
import { codeWords } from '../../format/codes';

/** What a decision rests on: `RSI 27.1 · close 1402.5`. */
export function evidenceText({ evidence }: Pick<Decision, 'evidence'>): string {
  return evidence.map(({ name, value }) => `${codeWords(name)} ${value}`).join(' · ');
}
