import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { barriers, overflow } from './support/checks';
import { ADMIN_PLACES, goTo, INNER_PLACES, settled } from './support/pages';
import { DESK, PHONE, test } from './support/visit';

/** `checks`: with another theme nothing changes but colours. */
const LOOKS = [
  { ...DESK, theme: 'light', checks: 'all' },
  { ...DESK, theme: 'dark', checks: 'colours' },
  { ...PHONE, theme: 'dark', checks: 'all' },
  { ...PHONE, theme: 'light', checks: 'colours' },
] as const;

const EVERY_PLACE = [...ADMIN_PLACES, ...INNER_PLACES];

describe('every page has no barrier and does not scroll sideways, in both themes, at a desk and on a phone', () => {
  test.for(EVERY_PLACE)('$path', async (place, { visit }) => {
    const page = await visit({ as: 'admin' });
    await goTo(page, place);
    expect(await faultsInEveryLook(page)).toBe('');
  });
});

const OVERLAYS: readonly {
  name: string;
  path: string;
  heading: string;
  /** Opens it, and waits for it. */
  open: (page: Page) => Promise<void>;
}[] = [
  {
    name: 'the menu of the account',
    path: '/',
    heading: 'Today',
    open: async (page) => {
      await page.getByRole('button', { name: 'Account of' }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'the search of pages',
    path: '/',
    heading: 'Today',
    open: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'the help of the keys',
    path: '/',
    heading: 'Today',
    open: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'the dialog that stops a service',
    path: '/services?user=3',
    heading: 'Services',
    open: async (page) => {
      await page
        .getByRole('main')
        .getByRole('button', { name: 'Stop', exact: true })
        .first()
        .click();
      await page.getByRole('dialog').getByRole('button', { name: 'Stop the service' }).waitFor();
    },
  },
  {
    name: 'the dialog that runs a task once',
    path: '/services?user=3',
    heading: 'Services',
    open: async (page) => {
      await page.getByRole('button', { name: 'Run once' }).first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'a chosen order',
    path: '/orders?user=1',
    heading: 'Orders',
    open: async (page) => {
      await page.getByRole('row').nth(1).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'the choice of columns',
    path: '/orders?user=1',
    heading: 'Orders',
    open: async (page) => {
      await page.getByRole('button', { name: 'Columns' }).first().click();
    },
  },
];

describe('nothing that opens over a page has a barrier', () => {
  test.for(OVERLAYS)('$name', async ({ path, heading, open }, { visit }) => {
    const page = await visit({ as: 'admin' });
    await goTo(page, { path, heading });
    await open(page);
    expect(await faultsInEveryLook(page)).toBe('');
  });
});

async function faultsInEveryLook(page: Page): Promise<string> {
  const found: string[] = [];
  for (const { theme, width, height, checks } of LOOKS) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height });
    await page.locator(`html[data-mantine-color-scheme=${theme}]`).waitFor();
    await settled(page);
    await placed(page);
    const here = [...(await overflow(page)), ...(await barriers(page, checks))];
    found.push(...here.map((text) => `${theme}, ${width} px: ${text}`));
  }
  return found.join('\n');
}

/** What opened beside something is put in its place anew, some frames later. What does not fit then is a fault. */
async function placed(page: Page) {
  await page.evaluate(stands);
  await page
    .waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, null, {
      timeout: 2000,
    })
    .catch(() => undefined);
}

/** Waits until what floats over the page has stood in one place for ten frames; runs in the page. */
async function stands() {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const places = () =>
    [...document.querySelectorAll('[data-position]')]
      .map((floating) => JSON.stringify(floating.getBoundingClientRect()))
      .join();
  let [last, still] = [places(), 0];
  for (let frames = 0; still < 10 && frames < 300; frames += 1) {
    await frame();
    const now = places();
    still = now === last ? still + 1 : 0;
    last = now;
  }
}

describe('at a zoom of 200 % no page scrolls sideways', () => {
  test('any page', { timeout: 400_000 }, async ({ visit }) => {
    // What a browser does with a window of 1280 px.
    const page = await visit({
      as: 'admin',
      width: 640,
      height: 400,
      settings: { deviceScaleFactor: 2 },
    });
    const found: string[] = [];
    for (const place of ADMIN_PLACES) {
      await goTo(page, place);
      found.push(...(await overflow(page)).map((text) => `${place.path}: ${text}`));
    }
    expect(found.join('\n')).toBe('');
  });
});

describe('with forced colours', () => {
  test('the focus is seen, and a mark is told by its shape', async ({ visit }) => {
    const page = await visit({ as: 'user2', settings: { forcedColors: 'active' } });
    await goTo(page, { path: '/slots', heading: 'Slots' });
    await page.keyboard.press('Tab');
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(
        document.activeElement ?? document.body,
      );
      return { outlineStyle, width: Number.parseFloat(outlineWidth) };
    });
    expect(outline.outlineStyle).not.toBe('none');
    expect(outline.width).toBeGreaterThanOrEqual(1);
    expect(await page.locator('main svg').count()).toBeGreaterThan(0);
  });
});
