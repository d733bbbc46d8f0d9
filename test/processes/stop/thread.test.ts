/** The thread of the roles relay and webhooks. Requests do not wait for it. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseMetrics, sum } from '../../../api/overview/samples.ts';
import { send, until } from '../../setup/shop.ts';
import { type Receiver, openReceiver } from '../../workers/receiver.ts';
import { DRAIN_MS, SLACK_MS, apiKey, openStops, place, takesMs } from './stop-scene.ts';

const { start, folder } = openStops();
let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
});
afterAll(() => receiver.close());

/** Preloads code that only the thread runs, when it is asked to. */
async function inThread(code: string) {
  const file = join(await folder(), 'now');
  const preloaded = `
    import { existsSync } from 'node:fs';
    import { isMainThread } from 'node:worker_threads';
    if (!isMainThread) setInterval(() => { if (existsSync('${file}')) { ${code} } }, 20);`;
  return {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preloaded)}` },
    run: () => writeFile(file, ''),
  };
}

test('it delivers, and its metrics are those of the process', async () => {
  const server = await start();
  const endpoint = await send(`${server.url}/v2/webhook-endpoints`, { apiKey, body: { url: receiver.url } });
  expect(endpoint.status).toBe(201);
  expect((await place(server)).status).toBe(201);
  await until(() => receiver.messages.length === 1);
  const metrics = async () => parseMetrics(await (await fetch(`${server.adminUrl}/metrics`)).text());
  await until(async () => sum(await metrics(), 'holdfast_webhook_attempt_duration_seconds_count') === 1);
  expect(sum(await metrics(), 'holdfast_append_outcomes_total', /"appended"/)).toBe(1);
  expect([...((await metrics()).get('process_start_time_seconds') ?? [])]).toHaveLength(1);
  expect(await (await fetch(`${server.adminUrl}/health/ready`)).json()).toMatchObject({
    parts: { wakeups: 'ok' },
  });
});

test('while it hangs, orders are placed, and SIGTERM ends the process', async () => {
  const hang = await inThread('for (;;);');
  const server = await start(hang.env);
  await hang.run();
  for (let n = 0; n < 10; n += 1) expect((await place(server, n)).status).toBe(201);
  expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
}, 60_000);

test('an error that nobody caught ends the process, and says what it was', async () => {
  const fail = await inThread("throw new Error('of the thread')");
  const server = await start(fail.env);
  const exit = once(server.child, 'exit');
  await fail.run();
  expect(await exit).toEqual([1, null]);
  expect(server.output()).toContain('of the thread');
}, 60_000);
