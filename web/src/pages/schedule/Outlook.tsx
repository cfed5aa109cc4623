import type { Schedule } from '../../api/schedules';
import { DefinitionList } from '../../parts/DefinitionList';
import { Section } from '../../parts/Section';
import { afterWords, rulesWords } from '../schedules/rule';
import { ScheduleState } from '../schedules/ScheduleState';
import { words as listWords } from '../schedules/words';
import { NextSlots } from './NextSlots';
import css from './Schedule.module.css';
import { words } from './words';

/** What a user sees, who may not change it. */
export function Outlook({ schedule }: { schedule: Schedule }) {
  const script = schedule.rules.find((rule) => rule.kind === 'script');
  return (
    <div className={css.columns}>
      <Section title={words.rules} note={words.readOnly}>
        <DefinitionList
          items={[
            { term: listWords.state, value: <ScheduleState schedule={schedule} /> },
            { term: listWords.when, value: rulesWords(schedule.rules) },
            { term: listWords.waits, value: afterWords(schedule.after) || '–' },
            { term: words.description, value: schedule.description || '–' },
          ]}
        />
        {script && <pre className={css.code}>{script.script}</pre>}
      </Section>
      <Section title={words.next}>
        <NextSlots slots={schedule.next} />
      </Section>
    </div>
  );
}
