import { Drawer, NativeSelect } from '@mantine/core';
import type { TaskGrant, User } from '../../api/schema';
import { codeTitle } from '../../format/codes';
import { GrantForm } from './GrantForm';
import css from './Grants.module.css';
import { words } from './words';

interface Props {
  grants: readonly TaskGrant[];
  users: readonly User[];
  task: string | undefined;
  /** The user for whom it is; undefined for everybody. */
  whom: number | undefined;
  onWhom: (whom: number | undefined) => void;
  onClose: () => void;
}

/** The allowance of a task, for everybody or for one user. */
export function GrantDrawer({ grants, users, task, whom, onWhom, onClose }: Props) {
  const ofTask = grants.filter((grant) => grant.task === task);
  const general = ofTask.find(({ user }) => user === null);
  const own = ofTask.find(({ user }) => user === (whom ?? null));
  const grant = own ?? general;
  const name =
    whom === undefined
      ? words.everybody
      : (users.find(({ id }) => id === whom)?.name ?? `user ${whom}`);
  const capabilities = [...new Set(grants.flatMap(({ allowance }) => allowance.capabilities))];
  return (
    <Drawer
      opened={grant !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={words.editTitle(codeTitle(task ?? ''))}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {grant && (
        <div className={css.form}>
          <NativeSelect
            label={words.chooseUser}
            value={whom === undefined ? '' : String(whom)}
            data={[
              { value: '', label: words.everybodyOption },
              ...users.map(({ id, name: label }) => ({ value: String(id), label })),
            ]}
            onChange={(event) => {
              const chosen = event.currentTarget.value;
              onWhom(chosen === '' ? undefined : Number(chosen));
            }}
          />
          {!own && <p className={css.soft}>{words.notSet}</p>}
          <GrantForm
            key={`${task} ${whom}`}
            task={grant.task}
            whom={whom}
            name={name}
            isSet={own?.set ?? false}
            before={grant.allowance}
            version={own?.version ?? 0}
            known={capabilities.sort()}
          />
        </div>
      )}
    </Drawer>
  );
}
