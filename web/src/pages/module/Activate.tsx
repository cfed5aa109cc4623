import { showNotification } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { activateModule, moduleHistoryQuery, trialQuery } from '../../api/modules';
import type { ModuleVersion } from '../../api/schema';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import css from './Module.module.css';
import type { QuestionProps } from './question';
import { REASON_FIELDS, ReasonField } from './ReasonField';
import { useModuleChange } from './useModuleChange';
import { words } from './words';

/** Says which version runs now, and whose settings do not fit it. */
export function tellActivated({ version, users_with_unfit_settings: unfit }: ModuleVersion): void {
  const message = words.activated(version);
  if (unfit) {
    showNotification({
      color: 'warn',
      title: message,
      message: words.unfit(unfit),
      autoClose: false,
    });
  } else showNotification({ message });
}

/**
 * Whether a version of a task that trades would run though nobody has accepted what it does. Not before both are read: the
 * daemon refuses what is confirmed sooner, and nobody is asked to force what was accepted.
 */
export function useNeedsForce({ opened, task, version }: Omit<QuestionProps, 'onClose'>): boolean {
  const isAsked = opened && task.trades;
  const trial = useQuery({ ...trialQuery(task.task, version.version), enabled: isAsked });
  const history = useQuery({ ...moduleHistoryQuery(task.task), enabled: isAsked });
  const wasActive = history.data?.items.some((one) => one.version === version.version) ?? false;
  // What was read stays known when it cannot be read again, as of a version that somebody removes meanwhile.
  const isKnown = trial.data !== undefined && history.data !== undefined;
  return task.trades && isKnown && !wasActive && !trial.data?.accepted_at;
}

/** Makes a version the one that runs. Without an accepted trial the task's name has to be typed. */
export function Activate({ opened, onClose, task, version }: QuestionProps) {
  const change = useModuleChange();
  const [reason, setReason] = useState('');
  const needsForce = useNeedsForce({ opened, task, version });
  const activate = async () => {
    const sent = activateModule(task.task, version.version, reason.trim(), needsForce);
    tellActivated(await change(sent));
  };
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.activateTitle(version.version, task.title)}
      confirm={words.activateVerb}
      danger={needsForce}
      typeName={needsForce ? task.task : undefined}
      fields={REASON_FIELDS}
      onConfirm={activate}
    >
      {(refusal) => (
        <>
          <p className={css.text}>{words.activateText}</p>
          {needsForce && <p className={css.warning}>{words.forceText}</p>}
          <ReasonField value={reason} onChange={setReason} refusal={refusal} />
        </>
      )}
    </ConfirmDialog>
  );
}
