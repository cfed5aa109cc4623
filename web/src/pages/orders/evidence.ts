import type { LikeOrder, UnknownOrder } from '../../api/schema';
import { count } from '../../format/numbers';
import { reasonText } from '../../format/reason';
import { dayAndTime } from '../../format/time';
import { words } from './words';

/** One thing that speaks for or against an order whose outcome is not known. */
export interface Evidence {
  term: string;
  text: string;
}

/** All that is known of an order whose outcome is not, in the order in which it was learnt. */
export function evidenceOf(unknown: UnknownOrder): Evidence[] {
  const w = words.evidence;
  const found: Evidence[] = [];
  if (unknown.answer !== null) found.push({ term: w.answer, text: reasonText(unknown.answer) });
  found.push({ term: w.looked, text: looksText(unknown) });
  found.push({
    term: w.alike,
    text: unknown.alike.length === 0 ? w.noneAlike : unknown.alike.map(likeText).join('; '),
  });
  found.push({
    term: w.holdings,
    text: unknown.holdings === null ? words.notKnown : reasonText(unknown.holdings),
  });
  return found;
}

function looksText({ looks, last_looked_at: last }: UnknownOrder): string {
  const w = words.evidence;
  return last === null ? w.notLooked : w.looks(looks, dayAndTime(last));
}

function likeText(order: LikeOrder): string {
  const { broker_order_id: number, open, filled_quantity: filled, quantity } = order;
  return words.evidence.like(number, `${count(filled)} / ${count(quantity)}`, open);
}
