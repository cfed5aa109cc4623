import { useQueryClient } from '@tanstack/react-query';
import { resolveAlerts } from '../../api/alerts';
import type { Alert } from '../../api/schema';
import { plural } from '../../format/numbers';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { useMe } from '../../shell/viewing';
import css from './Alerts.module.css';
import { batchesOf } from './batches';
import { words } from './words';

interface Props {
  alerts: readonly Alert[];
  user: number | undefined;
  onClose: () => void;
  onDone: () => void;
}

/** Resolves alerts with one reason. Those that are refused stay open and are told. */
export function ResolveDialog({ alerts, user, onClose, onDone }: Props) {
  const cache = useQueryClient();
  const me = useMe();
  const resolve = async (reason: string) => {
    const refused: string[] = [];
    try {
      for (const batch of batchesOf(alerts, user)) {
        const target = batch.user === me.id ? undefined : batch.user;
        const { results } = await resolveAlerts(batch.ids, reason, target);
        for (const result of results) if (!result.done) refused.push(result.detail ?? '');
      }
    } finally {
      await cache.invalidateQueries({ queryKey: ['alerts'] });
    }
    if (refused.length > 0) {
      throw new Error(`${words.failed(refused.length, alerts.length)}: ${refused[0]}`);
    }
    onDone();
  };
  const of = [...new Set(alerts.map(({ user_name }) => user_name ?? words.installation))];
  return (
    <ConfirmDialog
      opened={alerts.length > 0}
      onClose={onClose}
      title={words.resolveTitle(plural(alerts.length, 'alert'))}
      confirm={words.resolve}
      reason={words.found}
      onConfirm={resolve}
    >
      {alerts.length === 1 && <p className={css.text}>{alerts[0]?.detail}</p>}
      {of.length > 0 && <p className={css.text}>{words.ofUsers(of.join(', '))}</p>}
      <p className={css.soft}>{words.resolveText}</p>
    </ConfirmDialog>
  );
}
