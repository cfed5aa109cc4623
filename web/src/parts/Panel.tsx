import type { ReactNode } from 'react';
import css from './Section.module.css';

/** A part of a page that needs no heading, because the page's own says what it is. */
export function Panel({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className={css.section} aria-label={label}>
      {children}
    </section>
  );
}
