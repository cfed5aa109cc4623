import { MantineProvider } from '@mantine/core';
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterContextProvider,
} from '@tanstack/react-router';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import type { Clock } from '../format/clock';
import { cssVariables, theme } from '../look/theme';
import { ClockContext } from './clock';

/** A clock that stands still. */
export function clockAt(instant: string): Clock {
  const ms = Date.parse(instant);
  return { nowMs: () => ms };
}

/** Renders a part with the theme and, where given, a clock; `env="test"` leaves transitions out. */
export function renderPart(part: ReactNode, clock: Clock | null = null) {
  const wrap = (inner: ReactNode) => (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} env="test">
      <ClockContext value={clock}>{inner}</ClockContext>
    </MantineProvider>
  );
  const view = render(wrap(part));
  return { ...view, update: (next: ReactNode) => view.rerender(wrap(next)) };
}

/** The same for a part with links. */
export async function renderInRouter(part: ReactNode) {
  const router = createRouter({
    routeTree: createRootRoute(),
    history: createMemoryHistory({ initialEntries: ['/'] }),
  });
  await router.load();
  return renderPart(<RouterContextProvider router={router}>{part}</RouterContextProvider>);
}
