import { NativeSelect } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { pageError } from '../../api/problems';
import type { TaskSettingsBody } from '../../api/schema';
import { taskSettingsQuery } from '../../api/settings';
import { tasksQuery } from '../../api/tasks';
import { codeTitle } from '../../format/codes';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import css from './Settings.module.css';
import { TaskForm } from './TaskForm';
import { TaskHistory } from './TaskHistory';
import { words } from './words';

const text = words.tasks;
const route = getRouteApi('/inside/settings/$section');

/** What a user sets for tasks that describe settings of their own. */
export function Tasks() {
  const { user } = useViewing();
  const tasks = useQuery(tasksQuery);
  const all = useQueries({
    queries: (tasks.data?.items ?? []).map(({ task }) => taskSettingsQuery(task, user)),
  });
  const failed = [tasks, ...all].find(({ error, data }) => error && !data);
  const again = () => {
    for (const query of [tasks, ...all]) if (query.error) void query.refetch();
  };
  const described = all
    .flatMap(({ data }) => data ?? [])
    .filter(({ schema, version }) => schema !== null || version > 0);
  return (
    <PageState
      loading={tasks.isPending || all.some(({ isPending }) => isPending)}
      error={failed ? pageError(failed.error, again) : null}
      empty={described.length === 0 && { title: text.noneTitle, text: text.none }}
    >
      <Chosen described={described} user={user} />
    </PageState>
  );
}

interface ChosenProps {
  described: readonly TaskSettingsBody[];
  user: number | undefined;
}

function Chosen({ described, user }: ChosenProps) {
  const { task } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = described.find((one) => one.task === task) ?? described[0];
  if (!chosen) return null;
  return (
    <>
      <Section title={text.title} note={text.note}>
        <NativeSelect
          label={text.choose}
          className={css.narrow}
          value={chosen.task}
          data={described.map((one) => ({ value: one.task, label: codeTitle(one.task) }))}
          onChange={(event) => {
            const next = event.currentTarget.value;
            void navigate({ search: (before) => ({ ...before, task: next }) });
          }}
        />
        {chosen.problem !== null && (
          <p role="alert" className={css.bad}>
            {text.problem} {chosen.problem}
          </p>
        )}
      </Section>
      <TaskForm key={chosen.task} settings={chosen} user={user} />
      <TaskHistory settings={chosen} user={user} />
    </>
  );
}
