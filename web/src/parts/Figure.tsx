import type { ReactNode } from 'react';
import css from './Figure.module.css';

interface Props {
  label: string;
  value: ReactNode;
  /** What it is made of, or as of when. */
  note?: ReactNode;
  /** For the one figure that the page is about. */
  big?: boolean;
}

/** A figure with its name, as a tile. */
export function Figure({ label, value, note, big = false }: Props) {
  return (
    <dl className={css.figure} style={{ margin: 0 }}>
      <dt className={css.label}>{label}</dt>
      <dd className={big ? `${css.value} ${css.big}` : css.value}>{value}</dd>
      {note !== undefined && <dd className={css.note}>{note}</dd>}
    </dl>
  );
}
