import type { ReactNode } from 'react';
import { type Explanation, fieldOf, sentenceOf, told } from '../api/problems';
import css from './Refusal.module.css';

/** Why a change was not done, beside what would have changed; nothing when nothing was refused. */
export function Refusal({ refusal }: { refusal: Explanation | null }) {
  if (!refusal) return null;
  return (
    <p role="alert" className={css.refusal}>
      {told(refusal)}
    </p>
  );
}

/** The refusal as the mistake of one field, when it is about that; read out at once like any other. A field of several things has `items`. */
export function mistakeOf(
  refusal: Explanation | null,
  field: string,
  label: string,
  items?: readonly string[],
): ReactNode {
  if (!refusal || fieldOf(refusal, [field]) === null) return null;
  return <span role="alert">{sentenceOf(refusal, field, label, items)}</span>;
}
