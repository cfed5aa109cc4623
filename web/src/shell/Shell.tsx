import { Drawer } from '@mantine/core';
import { Outlet, useLocation, useRouteContext } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { LiveProvider, useLive } from '../live/context';
import { useStore } from '../live/store';
import { useActions } from './actions';
import { LostBand, PracticeBand, RealMoneyBand, TradingBand, ViewingBand } from './Bands';
import { Header } from './Header';
import { KeyHelp } from './KeyHelp';
import { useKeys } from './keys';
import { LogInDialog } from './LogInDialog';
import { BottomBar, EntryList, Sidebar } from './Navigation';
import { entriesFor } from './navigation';
import { Palette } from './Palette';
import css from './Shell.module.css';
import { useViewing } from './viewing';
import { words } from './words';

type Overlay = 'palette' | 'keys' | 'more' | null;

/** What stands around every page behind the log-in. */
export function Shell() {
  const live = useRouteContext({ from: '/inside', select: (context) => context.live });
  return (
    <LiveProvider live={live}>
      <Frame />
    </LiveProvider>
  );
}

function Frame() {
  const { isAdmin } = useViewing();
  const [overlay, setOverlay] = useState<Overlay>(null);
  const close = useCallback(() => setOverlay(null), []);
  const openPalette = useCallback(() => setOverlay('palette'), []);
  const openKeys = useCallback(() => setOverlay('keys'), []);
  const actions = useActions(openKeys);
  useKeys({ isAdmin, openPalette, openHelp: openKeys });
  const path = useLocation({ select: ({ pathname }) => pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes what lay over the last one
  useEffect(close, [path]);
  const isStale = useStore(useLive().state) !== 'live';

  return (
    <>
      <a href="#content" className={css.skip}>
        {words.skip}
      </a>
      <Header onSearch={openPalette} onKeys={openKeys} />
      <ViewingBand />
      <RealMoneyBand />
      <PracticeBand />
      <TradingBand />
      <LostBand />
      <div className={css.body}>
        <Sidebar isAdmin={isAdmin} />
        <main id="content" className={css.main} data-stale={isStale || undefined} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <BottomBar isAdmin={isAdmin} onMore={() => setOverlay('more')} />
      <Drawer
        opened={overlay === 'more'}
        onClose={close}
        position="bottom"
        size="auto"
        title={words.navigation}
        closeButtonProps={{ 'aria-label': words.close }}
      >
        <EntryList entries={entriesFor(isAdmin)} />
      </Drawer>
      <Palette isOpen={overlay === 'palette'} isAdmin={isAdmin} actions={actions} onClose={close} />
      <KeyHelp isOpen={overlay === 'keys'} isAdmin={isAdmin} onClose={close} />
      <LogInDialog />
    </>
  );
}
