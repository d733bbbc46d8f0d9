import { expect, test } from '@jest/globals';
import { loadConfig } from '../../platform/config.ts';

const KUBERNETES = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };

test.each<[Record<string, string>, number]>([
  [{}, 0],
  [KUBERNETES, 5],
  [{ ...KUBERNETES, HOLDFAST_DRAIN_SECONDS: '6' }, 3],
  [{ ...KUBERNETES, HOLDFAST_DRAIN_SECONDS: '0' }, 0],
  [{ ...KUBERNETES, HOLDFAST_DRAIN_DELAY_SECONDS: '0' }, 0],
  [{ ...KUBERNETES, HOLDFAST_ROLES: 'relay,webhooks' }, 0],
  [{ HOLDFAST_DRAIN_DELAY_SECONDS: '7' }, 7],
])('with %j the delay of the drain is %i s', (env, seconds) => {
  expect(loadConfig(env).drainDelaySeconds).toBe(seconds);
});

test('a delay as long as the drain is refused', () => {
  const env = { HOLDFAST_DRAIN_SECONDS: '5', HOLDFAST_DRAIN_DELAY_SECONDS: '5' };
  expect(() => loadConfig(env)).toThrow(
    'HOLDFAST_DRAIN_DELAY_SECONDS must be less than HOLDFAST_DRAIN_SECONDS (5)',
  );
});
