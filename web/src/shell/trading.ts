import type { RestrictionBody, TradingStateBody, TradingStateName } from '../api/schema';
import { sentence } from '../format/text';
import { tradingWords } from './words';

/** The states, the widest first: of two the later one lets less through. */
export const STATES: readonly TradingStateName[] = ['active', 'reduce_only', 'halted'];

/** What a band above the pages says while less than everything may be sent. */
export interface TradingBandText {
  title: string;
  /** The reason that counts, and from whom it is. */
  text: string;
}

export function bandOf(
  { state, restrictions }: Pick<TradingStateBody, 'state' | 'restrictions'>,
  name: string | undefined,
): TradingBandText | null {
  if (state === 'active') return null;
  const [first, ...others] = restrictions;
  const because = first === undefined ? '' : reasonOf(first);
  const more = others.length === 0 ? '' : ` ${tradingWords.more(others.length)}`;
  return { title: tradingWords.title(state, name), text: `${because}${more}` };
}

/** Such as `By an admin: the books look odd.` */
export function reasonOf({ source, reason }: Pick<RestrictionBody, 'source' | 'reason'>): string {
  return `${tradingWords.source(source)}: ${sentence(reason)}`;
}

/** Whether a state lets more through than another: that is asked with a held button. */
export function loosensState(before: TradingStateName, after: TradingStateName): boolean {
  return STATES.indexOf(after) < STATES.indexOf(before);
}
