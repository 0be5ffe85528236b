import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { CONDITION_MS, TEST_MS } from './test/support/limits.ts';

/** These need nothing; all others find a laptop region that is up. */
const PURE = [
  'test/spec/**/*.test.ts',
  'test/docs/**/*.test.ts',
  'test/activities/customization-request.test.ts',
  'test/activities/monitoring/records.test.ts',
  'test/activities/divide.test.ts',
  'test/local/bedrock/learning.test.ts',
  'test/workflows/page.test.ts',
  'test/cli/under-way.test.ts',
];

// The region that tests share runs in this process, and its AWS SDK warns of Node 20.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

export default defineConfig({
  test: {
    // Most of them wait for processes and timers: a core that only watches would be idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    expect: { poll: { timeout: CONDITION_MS } },
    teardownTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'pure', include: PURE } },
      {
        extends: true,
        test: {
          name: 'region',
          include: ['test/**/*.test.ts'],
          exclude: PURE,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
