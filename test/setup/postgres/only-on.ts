/** Tests of what only a single Postgres has, or only Citus: `HOLDFAST_TEST_POSTGRES=citus`. */
import { describe, test } from '@jest/globals';
import { CITUS_NODES } from '../database.ts';

/** `describe` for tests that need Citus. */
export const onCitus = CITUS_NODES.length > 0 ? describe : describe.skip;

type Body = () => void | Promise<void>;

/**
 * @param why what a single Postgres has and a cluster has not; the name of the skipped test says it
 * @returns `describe` and `test` for such tests
 */
export function onOnePostgres(why: string) {
  const isCluster = CITUS_NODES.length > 0;
  const named = (name: string) => `${name} (not on Citus: ${why})`;
  return {
    describe: (name: string, body: () => void) =>
      isCluster ? describe.skip(named(name), body) : describe(name, body),
    test: (name: string, body: Body, timeoutMs?: number) =>
      isCluster ? test.skip(named(name), body) : test(name, body, timeoutMs),
  };
}
