/** Disables a webhook endpoint and enables it again, soon or later. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TortureClient } from './client.ts';
import { isFinal } from './shopper.ts';

const OFF_MS_MAX = 400;
const RETRY_MS = 100;

export async function switchOffAndOn(
  client: TortureClient,
  endpoint: string,
  endpointId: string,
  newKey: () => string,
): Promise<void> {
  for (const isEnabled of [false, true]) {
    const key = newKey();
    const request = {
      method: 'PATCH' as const,
      path: `/v2/webhook-endpoints/${endpointId}`,
      body: JSON.stringify({ status: isEnabled ? 'enabled' : 'disabled' }),
      fields: 'Content-Type: application/merge-patch+json\r\nIf-Match: *\r\n',
    };
    const wish = { kind: 'switch', endpoint, isEnabled } as const;
    while (!isFinal(await client.ask({ edition: 'v2', wish, key, request }))) await delay(RETRY_MS);
    // Often at once: no relay runs between the two.
    if (!isEnabled && client.random.chance(0.5)) await delay(client.random.between(0, OFF_MS_MAX));
  }
}
