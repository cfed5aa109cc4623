import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { moduleHistoryQuery, removeVersion, rollBackModule } from '../../api/modules';
import { acceptManifest } from '../../api/tasks';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { tellActivated } from './Activate';
import css from './Module.module.css';
import type { QuestionProps } from './question';
import { REASON_FIELDS, ReasonField } from './ReasonField';
import { useModuleChange } from './useModuleChange';
import { words } from './words';

export function Remove({ opened, onClose, task, version: { version } }: QuestionProps) {
  const change = useModuleChange();
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.removeTitle(version, task.title)}
      confirm={words.removeVerb}
      danger
      onConfirm={() => change(removeVersion(task.task, version))}
    >
      {words.removeText}
    </ConfirmDialog>
  );
}

export function AcceptManifest({ opened, onClose, task, version: { version } }: QuestionProps) {
  const change = useModuleChange();
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.acceptManifestTitle(version)}
      confirm={words.acceptManifestVerb}
      typeName={task.task}
      onConfirm={() => change(acceptManifest(task.task, version))}
    >
      {words.acceptManifestText}
    </ConfirmDialog>
  );
}

/** One dialog and no more: it is what somebody does when things go wrong. */
export function RollBack({ opened, onClose, task, version: { version } }: QuestionProps) {
  const change = useModuleChange();
  const [reason, setReason] = useState('');
  const history = useQuery({ ...moduleHistoryQuery(task.task), enabled: opened });
  const before = history.data?.items.find((one) => one.version !== version)?.version;
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.rollBackTitle(task.title)}
      confirm={words.rollBackVerb}
      danger
      fields={REASON_FIELDS}
      onConfirm={async () => tellActivated(await change(rollBackModule(task.task, reason.trim())))}
    >
      {(refusal) => (
        <>
          <p className={css.text}>{words.rollBackText(version, before)}</p>
          <ReasonField value={reason} onChange={setReason} refusal={refusal} />
        </>
      )}
    </ConfirmDialog>
  );
}
