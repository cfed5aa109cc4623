import type { ReactNode } from 'react';
import css from './Frame.module.css';

/** The narrow page of a log-in, a set-up or a new password. */
export function Frame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={css.page}>
      <div className={css.card}>
        <img src="/favicon.svg" alt="" width={32} height={32} />
        <h1 className={css.title}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
