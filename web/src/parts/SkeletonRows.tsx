import css from './SkeletonRows.module.css';

const WIDTHS = ['18%', '12%', '30%', '10%'] as const;

/** Grey rows in the place of a table. */
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <div key={row} className={css.row}>
          {WIDTHS.map((width) => (
            <div key={width} className={css.bar} style={{ width }} />
          ))}
        </div>
      ))}
    </div>
  );
}
