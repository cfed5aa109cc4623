import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ServiceStatus } from '../../api/schema';
import { startService } from '../../api/services';
import { count } from '../../format/numbers';
import { taskWord } from '../../format/task';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { Icon } from '../../parts/icons/Icon';
import { Section } from '../../parts/Section';
import { NearInstant } from './NearInstant';
import { RestartBanner } from './RestartBanner';
import { RestartDialog } from './RestartDialog';
import css from './Services.module.css';
import { StateWord } from './StateWord';
import { StopDialog } from './StopDialog';
import { useSend } from './useSend';
import { words } from './words';

interface Props {
  service: ServiceStatus;
  user: number | undefined;
  name: string | undefined;
}

/** The service that runs every task of a user by its schedule. */
export function UnifiedService({ service, user, name }: Props) {
  const { running } = service;
  const [asks, setAsks] = useState<'stop' | 'restart' | null>(null);
  const { send, isBusy } = useSend();
  const close = () => setAsks(null);
  const start = () => void send(() => startService(user), words.failed.start);
  return (
    <Section
      title={
        <>
          {words.unified} <StateWord state={running ? 'running' : 'stopped'} />
        </>
      }
      note={running ? words.unifiedNote : words.offText}
      actions={
        running ? (
          <>
            <Button variant="default" size="xs" onClick={() => setAsks('restart')}>
              {words.restart}
            </Button>
            <Button color="bad" variant="outline" size="xs" onClick={() => setAsks('stop')}>
              {words.stop}
            </Button>
          </>
        ) : (
          <Button size="xs" leftSection={<Icon name="play" />} disabled={isBusy} onClick={start}>
            {isBusy ? words.starting : words.start}
          </Button>
        )
      }
    >
      {service.restart_needed && (
        <RestartBanner version={service.schedule_version} onRestart={() => setAsks('restart')} />
      )}
      <div className={css.facts}>
        <DefinitionList items={facts(service)} />
        <DefinitionList items={health(service)} />
      </div>
      <StopDialog opened={asks === 'stop'} onClose={close} {...{ service, user, name }} />
      <RestartDialog opened={asks === 'restart'} onClose={close} {...{ service, user, name }} />
    </Section>
  );
}

function facts(service: ServiceStatus) {
  const { running, executing, schedule_version } = service;
  return [
    {
      term: running ? words.since : words.offSince,
      value: <Instant at={service.started_at ?? null} day />,
    },
    {
      term: words.executing,
      value: executing.length === 0 ? words.nothing : executing.map(taskWord).join(', '),
    },
    { term: words.schedules, value: words.schedulesVersion(schedule_version) },
  ];
}

function health(service: ServiceStatus) {
  const { last_task, last_task_at, error_count, last_error } = service;
  return [
    { term: words.heartbeat, value: <Instant at={service.heartbeat_at ?? null} day /> },
    {
      term: words.lastTask,
      value: last_task ? (
        <>
          {taskWord(last_task)} {last_task_at && <NearInstant at={last_task_at} />}
        </>
      ) : (
        '–'
      ),
    },
    {
      term: words.errors,
      value: (
        <span className={error_count > 0 ? css.bad : undefined}>
          {count(error_count)}
          {last_error !== '' && `: ${last_error}`}
        </span>
      ),
    },
  ];
}
