import { describe } from 'vitest';
import { ADMIN_ONLY, ADMIN_PLACES, goTo, USER_PLACES } from './support/pages';
import { test } from './support/visit';

describe('every page opens without an error and with its heading', () => {
  test.for(ADMIN_PLACES)('for an admin: $path', async (place, { visit }) => {
    await goTo(await visit({ as: 'admin' }), place);
  });

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
