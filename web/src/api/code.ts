import { Failure } from './client';
import { noteAway, seemsAway } from './reach';

/**
 * Loads code that comes later. What a browser says of a file that did not come is for nobody who trades, and the router
 * would reload the page upon it at once: without a daemon there would be no console any more. Browsers keep such a
 * failure until the page is reloaded, so nothing is asked for while it is known that nobody would answer.
 */
export function code<Module>(load: () => Promise<Module>): () => Promise<Module> {
  return async () => {
    if (seemsAway() && !(await isServed())) {
      throw new Failure('not_loaded', 'the daemon cannot be reached', 0);
    }
    return load().catch(() => {
      noteAway(true);
      throw new Failure(
        'not_loaded',
        'the daemon cannot be reached; if this stays, reload the page',
        0,
      );
    });
  };
}

const PATIENCE_MS = 10_000;

/** Whether the daemon gives out the console. */
export async function isServed(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return (await fetch('/', { method: 'HEAD', cache: 'no-store', signal })).ok;
  } catch {
    return false;
  }
}
