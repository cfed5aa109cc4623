import { defineConfig, mergeConfig } from 'vitest/config';
import e2e from './vitest.config';

/** Pictures are for looking at, and no part of the tests. */
export default mergeConfig(e2e, defineConfig({ test: { include: ['screenshots.shots.ts'] } }));
