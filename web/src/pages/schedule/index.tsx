import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { pageError } from '../../api/problems';
import { schedulesQuery } from '../../api/schedules';
import { tasksQuery } from '../../api/tasks';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { useViewing } from '../../shell/viewing';
import { ChangedBy } from '../schedules/ChangedBy';
import { Editor } from './Editor';
import { History } from './History';
import { Outlook } from './Outlook';
import css from './Schedule.module.css';
import { words } from './words';

const route = getRouteApi('/inside/schedules/$task');

/** The schedule of one task: what it is, what it would be, what it was. */
export function SchedulePage() {
  const { task } = route.useParams();
  const { isAdmin } = useViewing();
  const set = useQuery(schedulesQuery);
  const tasks = useQuery(tasksQuery);
  const title = tasks.data?.items.find((known) => known.task === task)?.title ?? task;
  const schedule = set.data?.items.find((known) => known.task === task);
  const failed = set.isError && !set.data;
  const unknown = set.data !== undefined && !schedule;
  return (
    <PageFrame
      title={words.task(title)}
      note={schedule && <ChangedBy changed={schedule} />}
      actions={
        <Link to="/schedules" className={css.link}>
          {words.all}
        </Link>
      }
    >
      <PageState
        loading={set.isPending}
        error={failed ? pageError(set.error, () => void set.refetch()) : null}
        empty={unknown && { title: words.unknownTitle, text: words.unknownText }}
      >
        {set.data && schedule && (
          <>
            {isAdmin ? (
              <Editor
                key={task}
                title={title}
                current={schedule}
                version={set.data.version}
                tasks={set.data.items.map((known) => known.task).filter((known) => known !== task)}
              />
            ) : (
              <Outlook schedule={schedule} />
            )}
            <History task={task} />
          </>
        )}
      </PageState>
    </PageFrame>
  );
}
