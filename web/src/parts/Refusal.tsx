import type { Explanation } from '../api/problems';
import css from './Refusal.module.css';

/** Why a change was not done, beside what would have changed; nothing when nothing was refused. */
export function Refusal({ refusal }: { refusal: Explanation | null }) {
  if (!refusal) return null;
  const { title, detail, next } = refusal;
  return (
    <p role="alert" className={css.refusal}>
      {title}. {detail} {next}
    </p>
  );
}
