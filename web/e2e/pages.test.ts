import { describe, expect } from 'vitest';
import { barriers, overflow } from './support/checks';
import {
  ADMIN_ONLY,
  ADMIN_PLACES,
  goTo,
  INNER_PLACES,
  settled,
  USER_PLACES,
} from './support/pages';
import { DESK, PHONE, test } from './support/visit';

describe('every page opens without an error and with its heading', () => {
  test.for(USER_PLACES)('for a user: $path', async (place, { visit }) => {
    await goTo(await visit({ as: 'user2' }), place);
  });

  test.for(ADMIN_ONLY)(
    'and says to a user that it is for admins: $path',
    async (place, { visit }) => {
      const page = await visit({ as: 'user2', refusals: [403] });
      await page.goto(place.path);
      await page.getByRole('heading', { name: 'This page is for administrators' }).waitFor();
      await page.getByRole('link', { name: 'To Today' }).click();
      await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    },
  );
});

const LOOKS = [
  { ...DESK, theme: 'light' },
  { ...DESK, theme: 'dark' },
  { ...PHONE, theme: 'dark' },
  { ...PHONE, theme: 'light' },
] as const;

describe('every page can be used with eyes, keys and screen readers, in both themes, at a desk and on a phone', () => {
  test.for([...ADMIN_PLACES, ...INNER_PLACES])('$path', async (place, { visit }) => {
    const page = await visit({ as: 'admin' });
    await goTo(page, place);
    const found: string[] = [];
    for (const { theme, width, height } of LOOKS) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height });
      await page.locator(`html[data-mantine-color-scheme=${theme}]`).waitFor();
      await settled(page);
      const here = [...(await overflow(page)), ...(await barriers(page))];
      found.push(...here.map((text) => `${theme}, ${width} px: ${text}`));
    }
    expect(found.join('\n')).toBe('');
  });
});
