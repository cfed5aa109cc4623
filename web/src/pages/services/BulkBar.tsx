import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ServiceAction, ServiceStatus } from '../../api/schema';
import { BulkDialog } from './BulkDialog';
import css from './Services.module.css';
import { words } from './words';

interface Props {
  /** Those that are shown. */
  shown: readonly ServiceStatus[];
  chosen: readonly ServiceStatus[];
  onChoose: (rows: readonly ServiceStatus[]) => void;
}

interface Asked {
  action: ServiceAction;
  rows: readonly ServiceStatus[];
}

const ACTIONS: readonly ServiceAction[] = ['start', 'restart', 'stop'];

/** Starts, stops or restarts the services of those who were chosen. */
export function BulkBar({ shown, chosen, onChoose }: Props) {
  // As it was asked for: the words stay while the dialog fades out and nobody is chosen any more.
  const [asked, setAsked] = useState<Asked>({ action: 'start', rows: [] });
  const [isAsking, setIsAsking] = useState(false);
  const ask = (action: ServiceAction) => {
    setAsked({ action, rows: chosen });
    setIsAsking(true);
  };
  const isAll = chosen.length === shown.length;
  return (
    <span className={css.bulk}>
      {chosen.length > 0 && <span className={css.soft}>{words.selected(chosen.length)}</span>}
      <Button size="compact-sm" variant="subtle" onClick={() => onChoose(isAll ? [] : shown)}>
        {isAll ? words.selectNone : words.selectAll}
      </Button>
      {ACTIONS.map((one) => (
        <Button
          key={one}
          size="compact-sm"
          variant={one === 'stop' ? 'outline' : 'default'}
          {...(one === 'stop' && { color: 'bad' })}
          disabled={chosen.length === 0}
          onClick={() => ask(one)}
        >
          {words.bulk[one]}
        </Button>
      ))}
      <BulkDialog
        opened={isAsking}
        action={asked.action}
        chosen={asked.rows}
        onClose={() => setIsAsking(false)}
        onDone={(refused) => onChoose(chosen.filter(({ user }) => refused.includes(user)))}
      />
    </span>
  );
}
