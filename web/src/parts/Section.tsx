import { type ReactNode, useId } from 'react';
import css from './Section.module.css';

interface Props {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  /** For tables, which reach to the border. */
  flush?: boolean;
  children: ReactNode;
}

/** A titled part of a page. */
export function Section({ title, note, actions, flush = false, children }: Props) {
  const id = useId();
  return (
    <section className={css.section} aria-labelledby={id}>
      <div className={css.head}>
        <div>
          <h2 className={css.title} id={id}>
            {title}
          </h2>
          {note !== undefined && <p className={css.note}>{note}</p>}
        </div>
        {actions !== undefined && <div className={css.actions}>{actions}</div>}
      </div>
      <div className={flush ? css.flush : css.body}>{children}</div>
    </section>
  );
}
