import { defineConfig } from 'vitest/config';

/** `npm run record`: records the histories that test/replay replays. */
export default defineConfig({
  test: {
    include: ['test/replay/record.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
