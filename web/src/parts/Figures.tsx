import type { ReactNode } from 'react';
import css from './Figures.module.css';

interface Props {
  /** How many stand side by side on a desk; choose it so that no row is left half empty. */
  columns: number;
  children: ReactNode;
}

/** Figures in rows. */
export function Figures({ columns, children }: Props) {
  return (
    <div className={css.figures} style={{ '--columns': String(columns) }}>
      {children}
    </div>
  );
}
