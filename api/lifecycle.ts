/** The end of a version: announced in each answer, enforced where the operator configured it. */
import type { Context } from 'koa';
import type { Config } from '../platform/config.ts';
import type { Lifecycle, Spec } from './contract/spec.ts';
import { Problem } from './problem/problem.ts';

/** The public page with the dates and the differences of the versions. */
export const VERSIONING_PAGE = '/docs/versioning';

/**
 * Announces a deprecated version: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link`.
 *
 * @param clock milliseconds since 1970
 * @returns called for each request of the version; throws {@link Problem} 410 after the sunset
 */
export function createLifecycle(
  spec: Spec,
  { afterSunset }: Config['v1'],
  clock: () => number,
): (ctx: Context) => void {
  if (spec.lifecycle === undefined) return () => {};
  const { deprecated_at, sunset_at, successor }: Lifecycle = spec.lifecycle;
  const sunset = Date.parse(sunset_at);
  const fields = {
    Deprecation: `@${Date.parse(deprecated_at) / 1_000}`,
    Sunset: new Date(sunset).toUTCString(),
    Link:
      `<${VERSIONING_PAGE}>; rel="deprecation", <${VERSIONING_PAGE}>; rel="sunset", ` +
      `</${successor}>; rel="successor-version"`,
  };
  return (ctx) => {
    ctx.set(fields);
    if (afterSunset === 'gone' && clock() >= sunset) {
      throw new Problem(
        'version_gone',
        `${spec.name} ended on ${sunset_at.slice(0, 10)}. Use /${successor}; ${VERSIONING_PAGE} lists the differences.`,
      );
    }
  };
}
