import type { Mark } from '../format/outcome';
import css from './MarkWord.module.css';
import { Shape } from './Shape';

interface Props {
  mark: Mark;
  /** Leaves the word to screen readers and the tooltip, as in narrow strips. */
  bare?: boolean | undefined;
}

export function MarkWord({ mark, bare = false }: Props) {
  return (
    <span className={css.mark} title={bare ? mark.word : undefined}>
      <Shape shape={mark.shape} token={mark.token} />
      <span
        className={bare ? 'visually-hidden' : undefined}
        style={{ color: `var(--${mark.token})` }}
      >
        {mark.word}
      </span>
    </span>
  );
}
