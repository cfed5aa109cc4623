import { NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { pinModule } from '../../api/modules';
import { useAllRows } from '../../api/useAllRows';
import { usersQuery } from '../../api/users';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { useNeedsForce } from './Activate';
import css from './Module.module.css';
import type { QuestionProps } from './question';
import { useModuleChange } from './useModuleChange';
import { words } from './words';

/** Lets one user stay with a version. */
export function Pin({ opened, onClose, task, version }: QuestionProps) {
  const change = useModuleChange();
  const users = useAllRows(useInfiniteQuery({ ...usersQuery, enabled: opened }));
  const [user, setUser] = useState('');
  const needsForce = useNeedsForce({ opened, task, version });
  const name = users.find(({ id }) => String(id) === user)?.name;
  const pin = () =>
    change(pinModule(task.task, Number(user), { version: version.version, force: needsForce }));
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.pinTitle(version.version, task.title)}
      confirm={words.pinVerb(name)}
      typeName={needsForce ? task.task : undefined}
      blocked={name === undefined ? words.pinVerb(name) : undefined}
      onConfirm={pin}
    >
      <p className={css.text}>{words.pinText}</p>
      <NativeSelect
        label={words.user}
        value={user}
        data={[
          { value: '', label: '' },
          ...users.map(({ id, name }) => ({ value: String(id), label: name })),
        ]}
        onChange={(event) => setUser(event.currentTarget.value)}
      />
      {needsForce && <p className={css.warning}>{words.forceText}</p>}
    </ConfirmDialog>
  );
}
