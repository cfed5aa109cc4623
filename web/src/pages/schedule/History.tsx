import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { pageError } from '../../api/problems';
import type { Schedule } from '../../api/schedules';
import { scheduleHistoryQuery } from '../../api/schedules';
import { Diff } from '../../parts/Diff';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { ChangedBy } from '../schedules/ChangedBy';
import { rulesWords, scheduleText } from '../schedules/rule';
import css from './Schedule.module.css';
import { words } from './words';

/** What the schedule was over time. */
export function History({ task }: { task: string }) {
  const history = useQuery(scheduleHistoryQuery(task));
  const items = history.data?.items ?? [];
  return (
    <Section flush title={words.history} note={words.historyNote}>
      <PageState
        loading={history.isPending}
        error={
          history.isError && !history.data
            ? pageError(history.error, () => void history.refetch())
            : null
        }
      >
        <ol className={css.history}>
          {items.map((schedule, index) => (
            <Version key={schedule.version} schedule={schedule} before={items[index + 1]} />
          ))}
        </ol>
      </PageState>
    </Section>
  );
}

function Version(props: { schedule: Schedule; before: Schedule | undefined }) {
  const { schedule, before } = props;
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li className={css.versionRow}>
      <div className={css.versionHead}>
        <span className={css.soft}>{words.version(schedule.version)}</span>
        <span className={css.grow}>
          {schedule.enabled ? '' : words.wasOff}
          {rulesWords(schedule.rules)}
        </span>
        <span className={css.soft}>
          <ChangedBy changed={schedule} />
        </span>
        {before ? (
          <Button
            size="compact-sm"
            variant="subtle"
            aria-expanded={isOpen}
            onClick={() => setIsOpen(!isOpen)}
          >
            {isOpen ? words.hide : words.show}
          </Button>
        ) : (
          <span className={css.soft}>{words.first}</span>
        )}
      </div>
      {isOpen && before && (
        <Diff
          label={words.version(schedule.version)}
          before={scheduleText(before)}
          after={scheduleText(schedule)}
        />
      )}
    </li>
  );
}
