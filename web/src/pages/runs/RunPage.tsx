import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { runQuery } from '../../api/executions';
import { pageError } from '../../api/problems';
import { taskWord } from '../../format/task';
import { Icon } from '../../parts/icons/Icon';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { RunMark } from '../../parts/RunMark';
import { BugReport } from './BugReport';
import { Counted } from './Counted';
import { Decisions } from './Decisions';
import { Replay } from './Replay';
import { RunCalls } from './RunCalls';
import { RunFacts } from './RunFacts';
import { RunLog } from './RunLog';
import { RunOrders } from './RunOrders';
import css from './Runs.module.css';
import { RunUse } from './RunUse';
import { runWords as words } from './words';

/** One run: what ran, what it used, decided, wrote and left behind. */
export function RunPage() {
  const { run } = useParams({ from: '/inside/runs/$run' });
  const isNumber = Number.isSafeInteger(run) && run > 0;
  const read = useQuery({ ...runQuery(run), enabled: isNumber });
  const { data, isPending, error, refetch } = read;
  if (!isNumber) {
    return <PageState empty={{ title: words.wrongTitle, text: words.wrongText }} />;
  }
  return (
    <PageFrame
      title={
        <>
          {words.title(run, data ? taskWord(data.task) : '…')}{' '}
          {data && <RunMark outcome={data.outcome} />}
        </>
      }
      note={data?.detail}
      actions={
        <>
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="left" size={14} />}
            renderRoot={(props) => <Link to="/runs" {...props} />}
          >
            {words.back}
          </Button>
          {data && <BugReport run={data} />}
        </>
      }
    >
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && (
          <>
            <div className={css.columns}>
              <RunFacts run={data} />
              <Counted run={data} />
            </div>
            <RunUse run={data} />
            <Decisions run={data} />
            <RunOrders run={data} />
            <RunLog run={run} isUnderWay={data.finished_at === null} />
            <RunCalls run={run} calls={data.usage.calls} />
            <Replay run={data} />
          </>
        )}
      </PageState>
    </PageFrame>
  );
}
