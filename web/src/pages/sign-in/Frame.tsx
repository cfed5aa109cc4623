import type { ReactNode } from 'react';
import { takeFocus } from '../../parts/focus';
import css from './Frame.module.css';

interface Props {
  title: string;
  /** It takes the place of a form that was sent. */
  isNext?: boolean;
  children: ReactNode;
}

/** The narrow page of a log-in, a set-up or a new password. */
export function Frame({ title, isNext = false, children }: Props) {
  return (
    <main className={css.page}>
      <div className={css.card}>
        <img src="/favicon.svg" alt="" width={32} height={32} />
        <h1 className={css.title} {...(isNext && { ref: takeFocus, tabIndex: -1 })}>
          {title}
        </h1>
        {children}
      </div>
    </main>
  );
}
