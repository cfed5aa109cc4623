import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-headless-shell', 'google-chrome'];

/** The browser of `PRAHARI_CHROMIUM`, else the first on the PATH. */
export function findChromium(): string {
  const named = process.env.PRAHARI_CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const all = named
    ? [named]
    : NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = all.find(isExecutable);
  if (found === undefined) {
    throw new Error('There is no Chromium: install it (Debian: chromium), or set PRAHARI_CHROMIUM');
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Chromium refuses its sandbox to root, and to nobody else. */
export const hasSandbox = process.getuid?.() !== 0;
