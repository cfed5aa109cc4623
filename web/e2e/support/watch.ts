import type { Page } from 'playwright-core';
import type { VisitOptions } from './visit';

/** Collects what must not happen in a browser: errors, refusals, breaches of the policy, requests to elsewhere. */
export function watch(
  page: Page,
  faults: string[],
  { refusals = [], loses = false }: VisitOptions,
): void {
  let own: string | undefined;
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = message.text();
    // Of answers the watcher of responses knows more.
    if (text.startsWith('Failed to load resource')) {
      if (text.includes('status of') || loses) return;
    }
    if (loses && /WebSocket connection|Failure: the daemon cannot be reached/.test(text)) return;
    faults.push(`${page.url()}: ${text}`);
  });
  page.on('response', (response) => {
    const status = response.status();
    if (status < 400 || refusals.includes(status)) return;
    faults.push(
      `${page.url()}: ${response.request().method()} ${response.url()} answered ${status}`,
    );
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol === 'data:' || protocol === 'blob:') return;
    own ??= origin;
    if (origin !== own) faults.push(`${page.url()}: asked ${origin}`);
  });
  page.on('websocket', (socket) => {
    if (own && new URL(socket.url()).host !== new URL(own).host) {
      faults.push(`${page.url()}: stream of ${socket.url()}`);
    }
  });
  void page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`violates ${violatedDirective}: ${blockedURI}`);
    });
  });
}
