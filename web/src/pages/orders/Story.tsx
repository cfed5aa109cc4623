import { duration } from '../../format/time';
import { Instant } from '../../parts/Instant';
import { Shape } from '../../parts/Shape';
import css from './Orders.module.css';
import type { Step } from './story';
import { words } from './words';

/** The journal of an order from top to bottom, with the time between two entries. */
export function Story({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className={css.story}>
      {steps.map(({ sequence, at, mark, word, text, sinceMs }) => (
        <li key={sequence} className={css.step}>
          <Instant at={at} />
          <span className={css.stepMark}>
            <Shape shape={mark.shape} token={mark.token} />
          </span>
          <span>
            {word} <span className={css.stepText}>{text}</span>
          </span>
          <span className={css.since}>
            {sinceMs !== null && sinceMs > 0 && words.after(duration(sinceMs))}
          </span>
        </li>
      ))}
    </ol>
  );
}
