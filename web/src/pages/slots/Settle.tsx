import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { resolveAlerts } from '../../api/alerts';
import type { Alert, LedgerSlot } from '../../api/schema';
import { taskWord } from '../../format/task';
import { hourMinute } from '../../format/time';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { useViewing } from '../../shell/viewing';
import css from './Slots.module.css';
import { words } from './words';

interface Props {
  alert: Alert;
  slot: LedgerSlot;
  /** Whose it is, among those of everybody. */
  name: string | undefined;
}

/** Settles the alert of a slot that was not seen, with a reason. */
export function Settle({ alert, slot, name }: Props) {
  const cache = useQueryClient();
  const viewing = useViewing();
  const [isAsking, setIsAsking] = useState(false);
  const user = name === undefined ? viewing.user : slot.user;
  const settle = async (reason: string) => {
    const { results } = await resolveAlerts([alert.id], reason, user);
    const refused = results.find(({ done }) => !done);
    if (refused) throw new Error(refused.detail ?? words.settleRefused);
    void cache.invalidateQueries({ queryKey: ['alerts'] });
  };
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setIsAsking(true)}>
        {words.settle}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.settleTitle(
          taskWord(slot.task),
          hourMinute(slot.due_at),
          name ?? viewing.name,
        )}
        confirm={words.settleConfirm}
        reason={words.settleReason}
        onConfirm={settle}
      >
        <p className={css.text}>{alert.detail}</p>
        <p className={css.text}>{words.settleText}</p>
      </ConfirmDialog>
    </>
  );
}
