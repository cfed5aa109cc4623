import { Link } from '@tanstack/react-router';
import type { PositionDetail } from '../../api/schema';
import { codeTitle, codeWords } from '../../format/codes';
import { Instant } from '../../parts/Instant';
import { evidenceValue } from '../runs/evidence';
import css from './Positions.module.css';
import { words } from './words';

/** The last decision of each task about a share, with the values that it went by. */
export function Verdicts({ verdicts }: { verdicts: PositionDetail['verdicts'] }) {
  if (verdicts.length === 0) return <p className={css.quiet}>{words.noVerdicts}</p>;
  return (
    <ul className={css.verdicts}>
      {verdicts.map((verdict) => (
        <li key={verdict.task}>
          <div className={css.verdictHead}>
            <b>
              {codeTitle(verdict.action)}: {codeWords(verdict.reason)}
            </b>
            <span className={css.soft}>
              {codeWords(verdict.task)},{' '}
              <Link to="/runs/$run" params={{ run: verdict.execution }}>
                <Instant at={verdict.decided_at} day />
              </Link>
            </span>
          </div>
          {verdict.evidence.length > 0 && (
            <dl className={css.evidence} aria-label={words.evidence}>
              {verdict.evidence.map((one) => (
                <div key={one.name}>
                  <dt>{codeWords(one.name)}</dt>
                  <dd>{evidenceValue(one)}</dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  );
}
