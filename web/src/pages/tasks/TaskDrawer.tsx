import { Button, Drawer } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { TaskView } from '../../api/schema';
import { removeTask } from '../../api/tasks';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Copy } from '../../parts/Copy';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { forWhom } from './forWhom';
import css from './Tasks.module.css';
import { words } from './words';

/** One task: what it is, its manifest, and the pages about it. */
export function TaskDrawer(props: { task: TaskView | undefined; onClose: () => void }) {
  const { task, onClose } = props;
  return (
    <Drawer
      opened={task !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={task?.title}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {task && <Content task={task} onClose={onClose} />}
    </Drawer>
  );
}

function Content({ task, onClose }: { task: TaskView; onClose: () => void }) {
  const { accepted_by: by, accepted_by_name: name } = task;
  const manifest = JSON.stringify(task.manifest, null, 2);
  return (
    <div className={css.content}>
      <p className={css.text}>{task.description}</p>
      <nav className={css.links} aria-label={task.title}>
        <Link to="/schedules/$task" params={{ task: task.task }} className={css.link}>
          {words.toSchedule}
        </Link>
        <Link to="/admin/modules/$task" params={{ task: task.task }} className={css.link}>
          {words.toModule}
        </Link>
        <Link to="/admin/grants" search={{ task: task.task }} className={css.link}>
          {words.toGrant}
        </Link>
      </nav>
      <DefinitionList
        items={[
          { term: words.name, value: <code>{task.task}</code> },
          { term: words.forWhom, value: forWhom(task) },
          { term: words.trades, value: task.trades ? words.yes : words.no },
          { term: words.strategy, value: task.strategy },
          { term: words.rank, value: task.rank },
          {
            term: words.accepted,
            value: (
              <>
                <Instant at={task.accepted_at} day />{' '}
                {by === null ? words.byProgram : words.by(name ?? `user ${by}`)}
              </>
            ),
          },
        ]}
      />
      <h3 className={css.heading}>
        {words.manifest} <Copy text={manifest} label={words.copyManifest} />
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre className={css.manifest} tabIndex={0}>
        {manifest}
      </pre>
      {!task.built_in && <Removal task={task} onRemoved={onClose} />}
    </div>
  );
}

function Removal({ task, onRemoved }: { task: TaskView; onRemoved: () => void }) {
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const remove = async () => {
    await removeTask(task.task);
    onRemoved();
    await cache.invalidateQueries();
  };
  return (
    <div>
      <Button variant="outline" color="bad" onClick={() => setIsAsking(true)}>
        {words.remove}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.removeTitle(task.title)}
        confirm={words.removeVerb}
        danger
        typeName={task.task}
        onConfirm={remove}
      >
        {words.removeText}
      </ConfirmDialog>
    </div>
  );
}
