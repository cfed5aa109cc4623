import { defineConfig } from 'vitest/config';
import e2e from './vitest.config';

/** Pictures are for looking at, and no part of the tests. Merging would add to the list of files, so it is replaced. */
export default defineConfig({ ...e2e, test: { ...e2e.test, include: ['screenshots.shots.ts'] } });
