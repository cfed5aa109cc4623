import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const daemon = process.env.PRAHARI_API ?? 'http://127.0.0.1:8700';

/** Libraries that only some pages need. Each is a chunk of its own, which no other page loads. */
const LAZY_LIBRARIES = [
  {
    name: 'editor',
    test: /node_modules\/(@codemirror|@lezer|crelt|style-mod|w3c-keyname|@marijn)\//,
  },
  { name: 'price-chart', test: /node_modules\/(lightweight-charts|fancy-canvas)\// },
  { name: 'curves', test: /node_modules\/uplot\// },
];

/** What every page needs, apart from our own code, so that a release of ours leaves it in the browsers' caches. */
const GROUND = {
  name: 'ground',
  test: /node_modules\/(react|react-dom|scheduler|@tanstack\/(query-core|react-query|router-core|react-router|history|store|react-store)|openapi-fetch)\//,
};

export default defineConfig({
  plugins: [react()],
  build: {
    manifest: true,
    target: 'es2023',
    // A module inlined as a data: address would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [...LAZY_LIBRARIES, GROUND] } } },
  },
  server: {
    // `Host` stays as the browser sent it, so that the daemon sees that `Origin` is the same.
    proxy: { '/api': { target: daemon, ws: true, changeOrigin: false } },
  },
  test: {
    // Beside a build of the daemon a test that takes 0.1 s may take 5.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    setupFiles: ['src/testing/setup.ts'],
  },
});
