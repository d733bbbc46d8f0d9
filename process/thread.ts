/** The thread of roles-thread.ts: runs its roles until the main thread stops it. */
import './older-node.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { registry } from '../platform/metrics.ts';
import { useSchema } from '../store/schema/names.ts';
import { startOnBase } from './base.ts';
import type { ThreadData, ThreadMessage } from './roles-thread.ts';
import { startWebhookRoles } from './webhook-roles.ts';

const METRICS_INTERVAL_MS = 1_000;
/** The others, such as the durability, are the same in the main thread, which reports them. */
const OWN_METRICS = /^holdfast_(?:relay|webhook|database)_/;

const port = parentPort!;
const { roles, databaseUrl, schema, redisUrl, databasePool } = workerData as ThreadData;
useSchema(schema);
const send = (message: ThreadMessage) => port.postMessage(message);

const config = { ...loadConfig(), databasePool };
const log = createLogger(config.logLevel);
try {
  const { stop } = await startOnBase({ config, databaseUrl, redisUrl, log }, (base) =>
    startWebhookRoles(base, roles),
  );
  const timer = setInterval(
    async () => send({ metrics: await registry.report(OWN_METRICS) }),
    METRICS_INTERVAL_MS,
  );
  // The only message: stop.
  port.once('message', async () => {
    clearInterval(timer);
    await stop();
    send({ hasStopped: true });
    log.flush();
    port.close();
  });
  send({ isServing: true });
} catch (error) {
  const { explain } = await import('./explain.ts');
  send({ failed: explain(error, config) });
  port.close();
}
