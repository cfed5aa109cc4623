import type { Page, Response } from 'playwright-core';
import { sentence } from '../../src/format/text';

const isOf = (route: RegExp, response: Response) =>
  route.test(new URL(response.url()).pathname) && response.request().method() !== 'OPTIONS';

/** The sentence in which the daemon refuses what `act` sends, as the console writes it. */
export async function refusalOf(
  page: Page,
  route: RegExp,
  act: () => Promise<unknown>,
): Promise<string> {
  const refused = page.waitForResponse((one) => isOf(route, one) && one.status() >= 400);
  const [answer] = await Promise.all([refused, act()]);
  const { detail }: { detail: string } = await answer.json();
  return sentence(detail);
}

/** What the daemon answers to what `act` sends. */
export async function answerTo<T>(
  page: Page,
  route: RegExp,
  act: () => Promise<unknown>,
): Promise<T> {
  const done = page.waitForResponse((one) => isOf(route, one) && one.ok());
  const [answer] = await Promise.all([done, act()]);
  return answer.json();
}

/** The part of a page below a heading. */
export const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
