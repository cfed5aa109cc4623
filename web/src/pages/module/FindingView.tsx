import type { TrialFinding } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { dayName } from '../../format/time';
import { standingTold } from '../modules/report';
import css from './Module.module.css';
import { words } from './words';

/** A run that was not identical: the first difference, and its orders side by side. */
export function FindingView({ finding, name }: { finding: TrialFinding; name: string }) {
  const { run, day, kind, difference, orders } = finding;
  return (
    <>
      <p className={css.text}>
        <strong>{words.run(run)}</strong>{' '}
        <span className={css.soft}>
          {dayName(day)}, {name}, {kind}
        </span>
      </p>
      <p className={css.text}>{difference}</p>
      {orders.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <section className={css.scroll} tabIndex={0} aria-label={words.run(run)}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{words.recorded}</th>
                <th scope="col">{words.candidate}</th>
                <th scope="col">{words.standing}</th>
              </tr>
            </thead>
            <tbody>
              {orders.map(({ recorded, candidate, standing }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a report is never reordered
                <tr key={index} data-same={standing === 'same' || undefined}>
                  <td>{recorded ?? '–'}</td>
                  <td>{candidate ?? '–'}</td>
                  <td>{codeWords(standingTold(standing))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
