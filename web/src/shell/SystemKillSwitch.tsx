import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { setSystemSwitch, systemSwitchQuery } from '../api/switches';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import css from './KillSwitch.module.css';
import { SwitchButton } from './SwitchButton';
import { useStop } from './useStop';
import { switchWords } from './words';

/** Stops the orders of everybody, or lets them through again. */
export function SystemKillSwitch() {
  const cache = useQueryClient();
  const { data } = useQuery(systemSwitchQuery);
  const [isAsking, setIsAsking] = useState(false);
  const read = () => cache.invalidateQueries({ queryKey: ['switches'] });
  const { press, isBusy } = useStop({
    stop: () => setSystemSwitch(true),
    undo: () => setSystemSwitch(false),
    done: switchWords.stoppedAll,
    onChanged: () => void read(),
  });
  if (!data) return null;

  const letThrough = async () => {
    await setSystemSwitch(false);
    await read();
  };
  return (
    <>
      <SwitchButton
        isOn={data.on}
        isBusy={isBusy}
        title={data.on ? switchWords.stoppedAll : switchWords.stopAllTitle}
        onPress={data.on ? () => setIsAsking(true) : press}
      />
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={switchWords.offAllTitle}
        confirm={switchWords.off}
        hold
        onConfirm={letThrough}
      >
        <p className={css.text}>{switchWords.offAllText}</p>
      </ConfirmDialog>
    </>
  );
}
