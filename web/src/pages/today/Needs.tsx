import { Link } from '@tanstack/react-router';
import { dayOf } from '../../format/time';
import { useNow } from '../../parts/clock';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { Section } from '../../parts/Section';
import type { Need } from './needs';
import css from './Today.module.css';
import { words } from './words';

const MOST_SHOWN = 8;

/** What the daemon cannot settle by itself, first on the page. */
export function Needs({ needs, ofAll = false }: { needs: readonly Need[]; ofAll?: boolean }) {
  const now = useNow();
  const today = now === null ? null : dayOf(now);
  const shown = needs.slice(0, MOST_SHOWN);
  const left = needs.length - shown.length;
  return (
    <Section title={needs.length === 0 ? words.needs : `${words.needs} (${needs.length})`} flush>
      {needs.length === 0 && <p className={css.quiet}>{words.needsNone}</p>}
      <ul className={css.needs}>
        {shown.map(({ key, mark, who, text, at, run }) => (
          <li key={key} className={css.need}>
            <span className={css.mark}>
              <MarkWord mark={mark} />
            </span>
            {ofAll && <Who who={who ?? null} />}
            <span className={css.needText}>
              {text}
              {typeof run === 'number' && (
                <>
                  {' '}
                  <Link to="/runs/$run" params={{ run }} className={css.link}>
                    {words.run(run)}
                  </Link>
                </>
              )}
            </span>
            {at !== null && (
              <span className={css.needAt}>
                <Instant at={at} day={today !== null && dayOf(at) !== today} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {left > 0 && <p className={css.quiet}>{words.needsMore(left)}</p>}
    </Section>
  );
}

function Who({ who }: { who: { user: number; name: string } | null }) {
  if (who === null) return <span className={css.who}>{words.installation}</span>;
  return (
    <Link to="/" search={{ user: who.user }} className={css.who} title={who.name}>
      {who.name}
    </Link>
  );
}
