import { describe, expect } from 'vitest';
import type { DoctorMornings, DoctorReport } from '../src/api/schema';
import { answerTo, part } from './support/answers';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { test } from './support/visit';

const DOCTOR = { path: '/doctor', heading: 'Doctor' };
const REPORT = /\/user\/doctor$/;

const own = ownDaemon();

describe('the doctor', () => {
  test('shows each check with what was found, what is to be done first, and looks again', async ({
    visit,
  }) => {
    const page = await visit(own.as('user2'));
    const report = await answerTo<DoctorReport>(page, REPORT, () => goTo(page, DOCTOR));
    const table = part(page, 'Now').getByRole('table', { name: 'Now' });
    for (const { evidence, advice } of report.checks) {
      await table.getByText(evidence, { exact: true }).first().waitFor();
      if (advice !== '') await table.getByText(advice, { exact: true }).first().waitFor();
    }
    expect(report.checks.map(({ name }) => name)).toContain('calendar');
    const again = await answerTo<DoctorReport>(page, REPORT, () =>
      page.getByRole('button', { name: 'Look again' }).click(),
    );
    expect(again.user_name).toBe('user2');
  });

  test('is one for an admin of each user, from the page of that user', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, { path: '/admin/users/2', heading: 'user2' });
    await page.getByRole('main').getByRole('link', { name: 'Doctor' }).click();
    await page.getByRole('heading', { level: 1, name: 'Doctor of user2' }).waitFor();
    await part(page, 'Now').getByRole('table', { name: 'Now' }).waitFor();
  });

  test('has its mornings listed, and none before the first', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, DOCTOR);
    const { items } = await own.ask('user2', (client) =>
      read<DoctorMornings>(client.get('/api/v1/user/doctor/mornings')),
    );
    const mornings = part(page, 'Mornings');
    if (items.length === 0) await mornings.getByText('No morning is kept yet').waitFor();
    for (const { day } of items) await mornings.locator(`[datetime="${day}"]`).first().waitFor();
  });
});
