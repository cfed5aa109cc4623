import { ActionIcon, Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { setRestart, startIndividual, stopIndividual } from '../../api/services';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Icon } from '../../parts/icons/Icon';
import { Menu } from '../../parts/Menu';
import { RunOnce } from './RunOnce';
import type { TaskRow } from './rows';
import css from './Services.module.css';
import { useSend } from './useSend';
import { words } from './words';

interface Props {
  row: TaskRow;
  user: number | undefined;
  name: string | undefined;
  /** The id of the sentence that says why it cannot be started now; undefined when it can. */
  whyBlocked: string | undefined;
}

/** What can be done with one task. */
export function TaskActions(props: Props) {
  const { row, user, name } = props;
  return (
    <span className={css.buttons}>
      <RunOnce row={row} user={user} name={name} />
      <StartOrStop {...props} />
      <More row={row} user={user} />
    </span>
  );
}

function StartOrStop({ row, user, name, whyBlocked }: Props) {
  const { send, isBusy } = useSend();
  const { task, word, own } = row;
  if (own === null) return null;
  if (own.state !== 'stopped') return <Stop row={row} user={user} name={name} />;
  return (
    <Button
      size="compact-sm"
      variant="default"
      disabled={isBusy || whyBlocked !== undefined}
      aria-describedby={whyBlocked}
      title={whyBlocked === undefined ? words.startOf(word) : words.startBlocked}
      onClick={() => void send(() => startIndividual(task, user), words.failed.start)}
    >
      {isBusy ? words.starting : words.start}
    </Button>
  );
}

function Stop({ row, user, name }: Omit<Props, 'whyBlocked'>) {
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const stop = async () => {
    await stopIndividual(row.task, user);
    void cache.invalidateQueries({ queryKey: ['services'] });
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="outline"
        color="bad"
        title={words.stopOf(row.word)}
        onClick={() => setIsAsking(true)}
      >
        {words.stop}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.stopOwnTitle(row.word, name)}
        confirm={words.stopConfirm}
        danger
        onConfirm={stop}
      >
        <p className={css.text}>{words.stopOwnText}</p>
      </ConfirmDialog>
    </>
  );
}

function More({ row, user }: Pick<Props, 'row' | 'user'>) {
  const navigate = useNavigate();
  const { send, isBusy } = useSend();
  const { task, own } = row;
  const other = own?.restart === 'on_failure' ? 'never' : 'on_failure';
  const policy = {
    label: other === 'never' ? words.policyNever : words.policyOnFailure,
    onSelect: () => void send(() => setRestart(task, other, user), words.failed.policy),
    disabled: isBusy,
  };
  const links = [
    {
      label: words.toRuns,
      onSelect: () => void navigate({ to: '/runs', search: { task } }),
    },
    {
      label: words.toLogs,
      onSelect: () => void navigate({ to: '/logs', search: { task } }),
    },
  ];
  // A service that was never started has no policy yet: its start says it.
  const hasPolicy = own !== null && own.started_at !== null;
  return (
    <Menu entries={hasPolicy ? [policy, ...links] : links}>
      <ActionIcon variant="subtle" aria-label={words.moreOf(row.word)}>
        <Icon name="more" />
      </ActionIcon>
    </Menu>
  );
}
