import { Button } from '@mantine/core';
import type { Schedule } from '../../api/schedules';
import { Diff } from '../../parts/Diff';
import { Section } from '../../parts/Section';
import { ChangedBy } from '../schedules/ChangedBy';
import { scheduleText } from '../schedules/rule';
import type { scheduleOf } from './draft';
import css from './Schedule.module.css';
import { words } from './words';

interface Props {
  theirs: Schedule;
  mine: ReturnType<typeof scheduleOf>;
  onTheirs: () => void;
  onMine: () => void;
}

/** Two people changed the same schedule: both values, and which of them is to be. */
export function Conflict({ theirs, mine, onTheirs, onMine }: Props) {
  const name = theirs.changed_by_name ?? words.somebody;
  return (
    <div className={css.conflict} role="alert">
      <Section
        title={words.conflictTitle(name)}
        note={<ChangedBy changed={theirs} />}
        actions={
          <>
            <Button size="sm" variant="default" onClick={onTheirs}>
              {words.theirs}
            </Button>
            <Button size="sm" onClick={onMine}>
              {words.mine}
            </Button>
          </>
        }
      >
        <p className={css.conflictText}>{words.conflictText}</p>
        <Diff label={words.difference} before={scheduleText(theirs)} after={scheduleText(mine)} />
      </Section>
    </div>
  );
}
