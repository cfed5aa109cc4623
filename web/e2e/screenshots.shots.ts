import { describe } from 'vitest';
import {
  ADMIN_PLACES,
  goTo,
  INNER_PLACES,
  type Place,
  settled,
  USER_PLACES,
} from './support/pages';
import type { User } from './support/setup';
import { DESK, PHONE, test } from './support/visit';

/** Every page at a desk and on a phone, by day and by night, in `web/screenshots`. */
const FOLDER = new URL('../screenshots/', import.meta.url).pathname;

const SIZES = { desk: DESK, phone: PHONE };
const THEMES = ['light', 'dark'] as const;

const shots = (as: User, places: readonly Place[]) => places.map((place) => ({ as, place }));

describe('pictures', () => {
  test.for([...shots('admin', [...ADMIN_PLACES, ...INNER_PLACES]), ...shots('user2', USER_PLACES)])(
    '$as $place.path',
    async ({ as, place }, { visit }) => {
      const page = await visit({ as });
      await goTo(page, place);
      const name = place.path === '/' ? 'today' : place.path.slice(1).replaceAll(/\W+/g, '-');
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        for (const colorScheme of THEMES) {
          await page.emulateMedia({ colorScheme });
          await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
          await settled(page);
          await page.screenshot({ path: `${FOLDER}${as}/${name}-${size}-${colorScheme}.png` });
        }
      }
    },
  );
});
