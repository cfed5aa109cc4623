import { useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { logOut } from '../api/auth';
import type { IconName } from '../parts/icons/paths';
import { switchKeys, useKeysOn } from './keys';
import { words } from './words';

export interface Action {
  word: string;
  icon: IconName;
  act: () => void;
}

/** What can be done anywhere; the account's menu and the palette offer the same. Nothing here starts or trades. */
export function useActions(showKeys: () => void): readonly Action[] {
  const { setColorScheme } = useMantineColorScheme();
  const areKeysOn = useKeysOn();
  const leave = useLogOut();
  return [
    { word: words.keys, icon: 'search', act: showKeys },
    {
      word: areKeysOn ? words.keysOff : words.keysOn,
      icon: 'settings',
      act: () => switchKeys(!areKeysOn),
    },
    { word: words.lightTheme, icon: 'sun', act: () => setColorScheme('light') },
    { word: words.darkTheme, icon: 'moon', act: () => setColorScheme('dark') },
    { word: words.systemTheme, icon: 'system', act: () => setColorScheme('auto') },
    { word: words.logOut, icon: 'lock', act: leave },
  ];
}

function useLogOut(): () => void {
  const cache = useQueryClient();
  const router = useRouter();
  return () => {
    const leave = async () => {
      // When the session has ended elsewhere there is nothing left to end.
      await logOut().catch(() => undefined);
      await router.navigate({ to: '/login', search: {} });
      cache.clear();
    };
    void leave();
  };
}
