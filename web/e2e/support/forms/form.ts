import type { Locator, Page } from 'playwright-core';
import type { Own } from '../own';
import type { Place } from '../pages';

/** A form, and a value in it that a browser takes and the daemon does not. */
export interface Form {
  form: string;
  place: Place;
  /** Before the page is opened. */
  before?: (page: Page, own: Own) => Promise<unknown>;
  open?: (page: Page) => Promise<unknown>;
  /** By label; of a choice its value. */
  typed: Readonly<Record<string, string>>;
  /** What somebody else does once it is typed, where no value alone is wrong. */
  meanwhile?: (own: Own) => Promise<unknown>;
  send: (page: Page) => Promise<unknown>;
  /** Where it is sent to, where the page asks for what is gone as well. */
  route?: RegExp;
  /** By its label; else where the sentence stands, as a dialog has one field or the form is as wide as a page. */
  wrong: string | ((page: Page) => Locator);
  /** Out of the daemon's sentence. */
  says: string;
  /** Out of what stands there, where people read it in other words. */
  shown?: string;
}

export const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true }).first().click();

/** For what is asked once more in a dialog. */
export const confirm = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

/** Shows what the daemon has to show, which these days have not brought. */
export const shows = (path: string, item: object) => (page: Page) =>
  page.route(`**/api/v1/${path}*`, (route) =>
    route.fulfill({ json: { items: [item], next: null } }),
  );

export const inDialog = (page: Page) => page.getByRole('dialog').getByRole('alert');

export const UNSEEN = 'it has a character that cannot be seen, or a line break';
