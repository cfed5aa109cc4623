import { mkdir } from 'node:fs/promises';
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { test as base, inject } from 'vitest';
import type { Session, User } from './setup';
import { watch } from './watch';

export interface VisitOptions {
  /** Who is logged in; nobody when it is left out. */
  as?: User;
  session?: Session;
  /** Another console than the one that all tests share. */
  url?: string;
  width?: number;
  height?: number;
  /** Statuses of refusals that the test brings about, such as 409. */
  refusals?: number[];
  /** The connection is cut in this test. */
  loses?: boolean;
  settings?: BrowserContextOptions;
}

export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

/** Far from IST, so that a time shown by the browser's own zone is found. */
const ZONE = 'America/New_York';
/** For a machine that compiles meanwhile; where nothing is wrong, nothing waits that long. */
const PATIENCE_MS = 45_000;

const browser = await chromium.connect(inject('browser'));

interface Fixtures {
  /** Opens the console as somebody, in a browser without a past. What goes wrong in it fails the test. */
  visit: (options?: VisitOptions) => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  visit: async ({ task }, use) => {
    const contexts: BrowserContext[] = [];
    const faults: string[] = [];
    await use(async (options = {}) => {
      const context = await open(options);
      contexts.push(context);
      const page = await context.newPage();
      watch(page, faults, options);
      return page;
    });
    if (task.result?.errors?.length) await takePictures(contexts, task.name);
    await Promise.all(contexts.map((context) => context.close()));
    if (faults.length > 0) throw new Error(`The browser reports:\n${faults.join('\n')}`);
  },
});

async function open(options: VisitOptions): Promise<BrowserContext> {
  const { as, session = as && inject('sessions')[as], url = inject('console') } = options;
  const { width = DESK.width, height = DESK.height } = options;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    locale: 'en-IN',
    timezoneId: ZONE,
    reducedMotion: 'reduce',
    ...(session && { storageState: session }),
    ...options.settings,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return context;
}

/** For whoever looks at a failure; the folder is not committed. */
async function takePictures(contexts: BrowserContext[], name: string): Promise<void> {
  const folder = new URL('../shots/', import.meta.url).pathname;
  await mkdir(folder, { recursive: true });
  const file = name.replaceAll(/\W+/g, '-');
  for (const page of contexts.flatMap((context) => context.pages())) {
    await page.screenshot({ path: `${folder}${file}.png` }).catch(() => undefined);
  }
}
