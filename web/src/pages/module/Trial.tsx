import { Button, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { endJob, jobQuery, jobsQuery } from '../../api/jobs';
import { trialPath, trialQuery, tryModule } from '../../api/modules';
import { pageError } from '../../api/problems';
import type { Job, TaskView } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { numberTyped, whyTyped } from '../../format/typed';
import { recordOf, textOf } from '../../format/unknown';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import css from './Module.module.css';
import { TrialShown } from './TrialShown';
import { words } from './words';

/** How many are too many the daemon says, and what was typed stays. */
const DAYS = { kind: 'whole', least: 1 } as const;

/** What a version would have done on recorded days: has it tried, and shows the newest trial. */
export function Trial({ task, version }: { task: TaskView; version: number }) {
  const trial = useQuery(trialQuery(task.task, version));
  const [days, setDays] = useState('5');
  const job = useTrialJob(task.task, version);
  const { write, isBusy, refusal, forget } = useWrite(['jobs']);
  const wanted = numberTyped(days, DAYS);
  const noDays = days.trim() === '' ? undefined : whyTyped(days, DAYS);
  const isTrying = job?.state === 'under_way';
  const failed = trial.isError && trial.data === undefined;
  return (
    <Section
      title={words.trial}
      note={words.trialNote}
      actions={
        <>
          <TextInput
            size="sm"
            className={css.days}
            aria-label={words.days}
            title={words.days}
            leftSection={words.days}
            leftSectionWidth={130}
            leftSectionPointerEvents="none"
            inputMode="numeric"
            autoComplete="off"
            value={days}
            error={noDays}
            disabled={isTrying}
            onChange={(event) => {
              setDays(event.currentTarget.value);
              forget();
            }}
          />
          {isTrying ? (
            <Button
              size="sm"
              variant="default"
              disabled={isBusy}
              onClick={() => void write(() => endJob(job.id))}
            >
              {words.stopTrying}
            </Button>
          ) : (
            <Button
              size="sm"
              variant="default"
              disabled={isBusy || wanted === null}
              onClick={() => {
                if (wanted !== null) void write(() => tryModule(task.task, version, wanted));
              }}
            >
              {words.try}
            </Button>
          )}
        </>
      }
    >
      <div className={css.trial}>
        {job && <Standing job={job} />}
        <Refusal refusal={refusal} />
        <PageState
          loading={trial.isPending}
          error={failed ? pageError(trial.error, () => void trial.refetch()) : null}
        >
          {trial.data ? (
            <TrialShown task={task} version={version} trial={trial.data} />
          ) : (
            <p className={css.soft}>{words.neverTried}</p>
          )}
        </PageState>
      </div>
    </Section>
  );
}

/** The newest trial of a version that goes on or has ended since the daemon started. */
function useTrialJob(task: string, version: number) {
  const cache = useQueryClient();
  const { data } = useQuery(jobsQuery);
  const job = data?.items.find(({ path }) => path === trialPath(task, version));
  const ended = job?.state === 'succeeded' ? job.id : undefined;
  useEffect(() => {
    if (ended !== undefined) void cache.invalidateQueries({ queryKey: ['modules', 'trial'] });
  }, [cache, ended]);
  return job;
}

/** How far a trial is, or why there is nothing of it; what one has shown stands below. */
function Standing({ job }: { job: Job }) {
  switch (job.state) {
    case 'under_way':
      return (
        <p className={css.text}>
          {/* Without the count: a new one each second is not for the ears. */}
          <strong role="status">{words.trying}</strong> {words.since}{' '}
          <Instant at={job.started_at} day />: {words.tryingJob(job.done)}
        </p>
      );
    case 'cancelled':
      return (
        <p role="status" className={css.warning}>
          {words.stopped} <Instant at={job.ended_at} day />, {words.stoppedAfter(job.done)}
        </p>
      );
    case 'failed':
      return <FailedJob id={job.id} />;
    case 'succeeded':
      return null;
  }
}

/** Why a trial came to nothing, in the daemon's words. */
function FailedJob({ id }: { id: number }) {
  const { data } = useQuery(jobQuery(id));
  return (
    <p role="alert" className={css.warning}>
      {words.trialFailed} {textOf(recordOf(data?.answer).detail)}
    </p>
  );
}
