import { ORDER_STATES, OUTCOMES } from '../../format/outcome';
import { Icon } from '../../parts/icons/Icon';
import { paths } from '../../parts/icons/paths';
import { MarkWord } from '../../parts/MarkWord';
import { RunMark } from '../../parts/RunMark';
import { Section } from '../../parts/Section';
import css from './gallery.module.css';

const tokens = [
  'ink',
  'soft',
  'accent',
  'gain',
  'loss',
  'warn',
  'bad',
  'unknown',
  'skip',
  'live',
] as const;
const grounds = ['bg', 'surface', 'raised'] as const;

function names<T extends object>(table: T): (keyof T & string)[] {
  const isName = (name: string): name is keyof T & string => name in table;
  return Object.keys(table).filter(isName);
}

export function Marks() {
  return (
    <>
      <Section title="Colours">
        {grounds.map((ground) => (
          <div
            key={ground}
            className={css.row}
            style={{ background: `var(--${ground})`, padding: 8 }}
          >
            {tokens.map((token) => (
              <span key={token} className={css.swatch} style={{ color: `var(--${token})` }}>
                {token}
              </span>
            ))}
          </div>
        ))}
      </Section>
      <Section title="Outcomes and states of orders">
        <div className={css.stack}>
          {[OUTCOMES, ORDER_STATES].map((family) => (
            <div key={Object.keys(family).join()} className={css.row}>
              {Object.values(family).map((mark) => (
                <MarkWord key={mark.word} mark={mark} />
              ))}
            </div>
          ))}
          <div className={css.row}>
            <RunMark outcome="succeeded" />
            <RunMark outcome="task_failed" />
            <RunMark outcome="executing" />
          </div>
        </div>
      </Section>
      <Section title="Symbols">
        <div className={css.icons}>
          {names(paths).map((name) => (
            <span key={name}>
              <Icon name={name} />
              {name}
            </span>
          ))}
        </div>
      </Section>
    </>
  );
}
