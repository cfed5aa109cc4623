import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './look/tokens.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/queries';
import { Live } from './live/live';
import { watchSession } from './live/session';
import { pageNonce } from './look/nonce';
import { cssVariables, theme } from './look/theme';
import { createConsoleRouter } from './routes';

const cache = createQueryClient();
watchSession(cache);
const router = createConsoleRouter({ cache, live: new Live(cache) });

function Console() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => pageNonce}
    >
      <QueryClientProvider client={cache}>
        {/* Not at the foot: what is to be saved next stands there. */}
        <Notifications position="top-center" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Console />
    </StrictMode>,
  );
}
