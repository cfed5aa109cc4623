import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { AuditEntry } from '../src/api/schema';
import { goTo } from './support/pages';
import { PHONE, test } from './support/visit';

const ROWS = 100_000;
/** As many as the daemon hands out at once. */
const PAGE = 500;
const AUDIT = { path: '/admin/audit', heading: 'Audit' };

/** What an idle machine does in a tenth of it; a table that drew every row would need minutes. */
const MOST_MS = Number(process.env.PRAHARI_SCROLL_MS ?? 3000);
const MOST_TASK_MS = Number(process.env.PRAHARI_LONG_TASK_MS ?? 1000);
/** Those in sight and a margin on both sides. */
const MOST_DRAWN = 80;

const STEPS = 60;
/** A machine with other work may miss a frame or two. */
const MOST_BLANK = STEPS / 10;

interface Pages {
  entry: AuditEntry;
  /** How many rows come with one answer. */
  size: number;
}

/** An entry of the real daemon, again and again, under other numbers: page by page until there are enough. */
async function feed(page: Page, size: number): Promise<() => number> {
  let asked = 0;
  const [entry] = await entries(page);
  if (!entry) throw new Error('The audit log is empty');
  await page.route(/\/api\/v1\/audit\?/, async (route) => {
    asked += 1;
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
    await route.fulfill({ json: pageOf({ entry, size }, from) });
  });
  return () => asked;
}

async function entries(page: Page): Promise<AuditEntry[]> {
  const answer = await page.context().request.get('/api/v1/audit?limit=1');
  const { items }: { items: AuditEntry[] } = JSON.parse(await answer.text());
  return items;
}

function pageOf({ entry, size }: Pages, from: number) {
  const end = Math.min(from + size, ROWS);
  const items = Array.from({ length: end - from }, (_, index) => {
    const number = from + index + 1;
    return { ...entry, id: number, resource: `thing ${number}`, subject_name: null };
  });
  return { items, next: end < ROWS ? String(end) : null };
}

const scrollerOf = (page: Page) => page.getByRole('region', { name: 'Audit', exact: true }).last();

const drawn = (scroller: Locator) => scroller.locator('[data-row]').count();

/** Scrolls to a place and answers how long it took until the row there could be read, in ms. */
async function jump(scroller: Locator, to: 'start' | 'end', text: string): Promise<number> {
  const began = performance.now();
  await scroller.evaluate((element, end) => {
    element.scrollTop = end ? element.scrollHeight : 0;
  }, to === 'end');
  await scroller.getByText(text, { exact: true }).waitFor();
  return performance.now() - began;
}

interface Scrolled {
  /** The longest time between two frames, in ms. */
  longest: number;
  /** The most rows that were in the document at once. */
  most: number;
  /** Steps after which, two frames later, nothing was to be read in the middle of the table. */
  blank: number;
}

/** Scrolls through the whole in steps, one a frame, as a hand at the bar does, and looks at each frame. */
function scrollThrough(scroller: Locator): Promise<Scrolled> {
  return scroller.evaluate(async (element, steps) => {
    const frame = () => new Promise<number>((next) => requestAnimationFrame(next));
    const { top, height } = element.getBoundingClientRect();
    const middle = top + height / 2;
    const isInSight = (row: Element) => {
      const { top: from, bottom } = row.getBoundingClientRect();
      return from <= middle && middle <= bottom;
    };
    const found: Scrolled = { longest: 0, most: 0, blank: 0 };
    let last = await frame();
    for (let step = 1; step <= steps; step += 1) {
      element.scrollTop = (element.scrollHeight - element.clientHeight) * (step / steps);
      await frame();
      const now = await frame();
      found.longest = Math.max(found.longest, now - last);
      const rows = [...element.querySelectorAll('[data-row]')];
      found.most = Math.max(found.most, rows.length);
      if (!rows.some(isInSight)) found.blank += 1;
      last = now;
    }
    return found;
  }, STEPS);
}

describe(`a table of ${ROWS} rows`, () => {
  test('is scrolled to its end and back at once, and draws what is in sight', async ({ visit }) => {
    const page = await visit({ as: 'admin' });
    await feed(page, ROWS);
    await goTo(page, AUDIT);
    const scroller = scrollerOf(page);
    await page.getByText('1,00,000 rows').waitFor();
    expect(await drawn(scroller)).toBeLessThan(MOST_DRAWN);

    expect(await jump(scroller, 'end', `thing ${ROWS}`)).toBeLessThan(MOST_MS);
    expect(await drawn(scroller)).toBeLessThan(MOST_DRAWN);
    expect(await jump(scroller, 'start', 'thing 1')).toBeLessThan(MOST_MS);
    const { longest, most, blank } = await scrollThrough(scroller);
    expect(longest).toBeLessThan(MOST_TASK_MS);
    expect(most).toBeLessThan(MOST_DRAWN);
    expect(blank).toBeLessThanOrEqual(MOST_BLANK);
    await scroller.getByText(`thing ${ROWS}`, { exact: true }).waitFor();
  });

  test('answers the keys at both ends, and opens the row that has the focus', async ({ visit }) => {
    const page = await visit({ as: 'admin' });
    await feed(page, ROWS);
    await goTo(page, AUDIT);
    await scrollerOf(page).focus();
    await page.keyboard.press('End');
    const last = page.getByRole('row').filter({ hasText: `thing ${ROWS}` });
    await last.waitFor();
    await page.waitForFunction(() => document.activeElement?.hasAttribute('data-row'));
    expect(await last.getAttribute('aria-rowindex')).toBe(String(ROWS + 1));
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: `Entry ${ROWS - 1}` }).waitFor();
  });

  test('is as quick as cards on a phone', async ({ visit }) => {
    const page = await visit({ as: 'admin', ...PHONE });
    await feed(page, ROWS);
    await goTo(page, AUDIT);
    const scroller = scrollerOf(page);
    await scroller.getByText('thing 1', { exact: false }).first().waitFor();
    const { longest, most, blank } = await scrollThrough(scroller);
    expect(longest).toBeLessThan(MOST_TASK_MS);
    expect(most).toBeLessThan(MOST_DRAWN);
    expect(blank).toBeLessThanOrEqual(MOST_BLANK);
    await scroller.getByText(`thing ${ROWS}`).waitFor();
  });

  test('is read page by page, no further than it is looked at', async ({ visit }) => {
    const page = await visit({ as: 'admin' });
    const asked = await feed(page, PAGE);
    await goTo(page, AUDIT);
    await page.getByText('500 rows read, there are more').waitFor();
    expect(asked()).toBe(1);
    const scroller = scrollerOf(page);
    for (const read of ['1,000', '1,500', '2,000']) {
      await scroller.evaluate((element) => {
        element.scrollTop = element.scrollHeight;
      });
      await page.getByText(`${read} rows read, there are more`).waitFor();
    }
    expect(asked()).toBe(4);
    expect(await drawn(scroller)).toBeLessThan(MOST_DRAWN);
  });
});
