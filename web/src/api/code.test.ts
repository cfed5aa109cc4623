import { afterEach, expect, test, vi } from 'vitest';
import { code } from './code';
import { noteAway } from './reach';

afterEach(() => noteAway(false));

test('nothing is loaded while the daemon is away, as a browser would keep the failure', async () => {
  const load = vi.fn(() => Promise.resolve('code'));
  const served = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('cut'));
  noteAway(true);
  await expect(code(load)()).rejects.toMatchObject({ code: 'not_loaded' });
  expect(load).not.toHaveBeenCalled();
  served.mockResolvedValue(new Response());
  expect(await code(load)()).toBe('code');
});

test('what the browser says of a file that did not come is put into words', async () => {
  const load = () => Promise.reject(new Error('Unable to preload CSS for /assets/a.css'));
  await expect(code(load)()).rejects.toMatchObject({
    code: 'not_loaded',
    detail: 'the daemon cannot be reached; if this stays, reload the page',
  });
});
