import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { part } from './support/answers';
import { overflow } from './support/checks';
import { field } from './support/fields';
import { ownDaemon } from './support/own';
import { goTo } from './support/pages';
import { PHONE, test } from './support/visit';

const TODAY = { path: '/', heading: 'Today' };
const USER = { path: '/admin/users/2', heading: 'user2' };
const USERS = { path: '/admin/users', heading: 'Users' };

const own = ownDaemon();

const band = (page: Page) => page.getByText('Practice: the paper broker misbehaves on purpose');
const practice = (page: Page) => part(page, 'Practice');

describe('a paper broker that misbehaves on purpose', () => {
  test('is turned on by an admin, shown to the user at once, and well again by one press', async ({
    visit,
  }) => {
    const user = await visit({ ...own.as('user2'), ...PHONE });
    await goTo(user, TODAY);
    expect(await band(user).count()).toBe(0);

    const admin = await visit(own.as('admin'));
    await goTo(admin, USER);
    await practice(admin).getByRole('button', { name: 'Have the broker misbehave' }).click();
    const dialog = admin.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Let it misbehave', exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await field(admin, 'One answer lost in').fill('3');
    await confirm.click();
    await dialog.waitFor({ state: 'hidden' });
    await practice(admin).getByText('one answer in 3 is lost').waitFor();

    // By the stream: nothing was loaded anew.
    await band(user).waitFor();
    await user.getByRole('status').filter({ hasText: 'one answer in 3 is lost' }).waitFor();
    expect(await overflow(user)).toEqual([]);
    await goTo(admin, USERS);
    await admin.getByText('practice: broker misbehaves').first().waitFor();
    await goTo(admin, { path: '/?user=2', heading: 'Today' });
    await band(admin).waitFor();
    await goTo(admin, TODAY);
    expect(await band(admin).count()).toBe(0);

    await goTo(admin, USER);
    await practice(admin).getByRole('button', { name: 'Have it be well again' }).click();
    await band(user).waitFor({ state: 'hidden' });
    await practice(admin)
      .getByRole('button', { name: 'Have it be well again' })
      .waitFor({ state: 'hidden' });
  });
});
