import type { Execution } from '../../api/schema';
import { DefinitionList } from '../../parts/DefinitionList';
import { Section } from '../../parts/Section';
import { counterValue, counterWord } from './counters';
import css from './Runs.module.css';
import { runWords as words } from './words';

/** What the task counted in a run, under its own names. */
export function Counted({ run: { details, details_left_out } }: { run: Execution }) {
  return (
    <Section title={words.counted}>
      {details.length === 0 && <span className={css.soft}>{words.countedNone}</span>}
      <DefinitionList
        items={details.map(({ name, value }) => ({
          term: counterWord(name),
          value: <span className="figure">{counterValue(name, value)}</span>,
        }))}
      />
      {details_left_out > 0 && <span className={css.soft}>{words.leftOut(details_left_out)}</span>}
    </Section>
  );
}
