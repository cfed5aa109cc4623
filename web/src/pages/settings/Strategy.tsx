import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SettingBody } from '../../api/schema';
import { changeStrategy, resetStrategy, strategyQuery } from '../../api/settings';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { PageState } from '../../parts/PageState';
import { useViewing } from '../../shell/viewing';
import { LABELS } from './form/labels';
import { type Group, SettingsForm } from './form/SettingsForm';
import type { Setting } from './form/values';
import css from './Settings.module.css';
import { useSettings } from './useSettings';
import { words } from './words';

/** Every threshold that the built-in tasks use. */
export function Strategy() {
  const { user, name } = useViewing();
  const { found, state } = useSettings('strategy', useQuery(strategyQuery(user)));
  return (
    <PageState {...state}>
      {found && (
        <SettingsForm
          groups={groupsOf(found.settings)}
          saved={found.saved}
          send={(body) => changeStrategy(body, user)}
          changes={['settings']}
          actions={<Reset version={found.saved.version} user={user} name={name} />}
        />
      )}
    </PageState>
  );
}

/** Each setting goes to the first group whose pattern fits; the last takes what is new. */
function groupsOf(settings: readonly SettingBody[]): Group[] {
  const { groups, note } = words.strategy;
  const placed = groups.map(({ title }): { title: string; settings: Setting[] } => ({
    title,
    settings: [],
  }));
  for (const setting of settings) {
    const index = groups.findIndex(({ test }) => test.test(setting.name));
    placed[index]?.settings.push({ ...setting, label: LABELS[setting.name] });
  }
  return placed
    .filter((group) => group.settings.length > 0)
    .map((group, index) => (index === 0 ? { ...group, note } : group));
}

interface ResetProps {
  version: number;
  user: number | undefined;
  name: string | undefined;
}

function Reset({ version, user, name }: ResetProps) {
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const reset = async () => {
    try {
      await resetStrategy(version, user);
    } finally {
      await cache.invalidateQueries({ queryKey: ['settings'] });
    }
  };
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setIsAsking(true)}>
        {words.strategy.reset}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.soleUser(words.strategy.resetTitle, name)}
        confirm={words.strategy.resetNow}
        danger
        onConfirm={reset}
      >
        <p className={css.text}>{words.strategy.resetText}</p>
      </ConfirmDialog>
    </>
  );
}
