/** How long tests wait for what is to come. They are limits for what hangs: a machine that is several times slower passes. */

/** For one thing, so that a test that fails says which has not come. */
export const CONDITION_MS = 60_000;

/** For a test as a whole. */
export const TEST_MS = 300_000;
