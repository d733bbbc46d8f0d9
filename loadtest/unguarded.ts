/**
 * Holdfast with a guard taken out, for comparison: `node loadtest/unguarded.ts`, with WITHOUT=idempotency|limiter|shedding|queue. A build of
 * its own, composed of the parts of the product; the product has no such switch.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { createAdminApp } from '../api/admin.ts';
import { createAdmission } from '../api/admission.ts';
import { createApp } from '../api/app.ts';
import { createAuthenticator } from '../api/authenticate.ts';
import { createAnswerRoom } from '../api/http/answer-room.ts';
import { createCursors } from '../api/lists/cursor.ts';
import { type Limiter, createLimiter } from '../api/limiter/limiter.ts';
import { createRateLimits } from '../api/limiter/rate-limit.ts';
import { createCallers } from '../api/overview/callers.ts';
import { serve } from '../api/http/server.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { registry } from '../platform/metrics.ts';
import { PROJECTIONS } from '../projections/registry.ts';
import { startProjector } from '../projections/runner.ts';
import { connectRedis, warmUp } from '../platform/redis.ts';
import { findPrincipal } from '../store/keys/api-keys.ts';
import { toId } from '../store/ids.ts';
import { createOrderLog } from '../store/log/log.ts';
import { listPartitions } from '../store/partitions.ts';
import { openPool } from '../store/pool.ts';
import { createTail } from '../store/log/tail.ts';
import { createAnnouncer, listenForWakeups } from '../store/consumers/wakeups.ts';
import { v7 } from 'uuid';

// oxlint-disable-next-line eslint-plugin-n/no-process-env -- a program of its own, whose one setting is none of the product's
const { WITHOUT: without = 'nothing' } = process.env;

const config = loadConfig();
const log = createLogger(config.logLevel);
const databaseUrl = config.databaseUrl!;
const redisUrl = config.redisUrl!;
const pool = await openPool({ databaseUrl, size: config.databasePool, log });
const now = () => performance.now();
const redis = connectRedis(redisUrl, { name: 'limiter', log });
await warmUp(redis, 1_000);

const orderLog = createOrderLog({
  pool,
  capacity: without === 'queue' ? Number.POSITIVE_INFINITY : config.appendQueue,
});
/** Every request is another one. */
const forgetful: typeof orderLog = {
  ...orderLog,
  append: (append) => orderLog.append({ ...append, idempotency_key: randomUUID() }),
};
const generous: Limiter = {
  take: async (_subject, { rate }) => ({
    allowed: true,
    rate,
    remaining: rate.count,
    resetSeconds: rate.seconds,
    source: 'local',
  }),
};

const partitions = await listPartitions(pool);
const projector = startProjector({ pool, projections: PROJECTIONS, partitions, log });
const tail = createTail(pool, log);
listenForWakeups(databaseUrl, log, (partition) => {
  projector.wake(partition);
  tail.wake(partition);
});
const callers = createCallers(now);
const app = createApp({
  config,
  services: {
    pool,
    log: without === 'idempotency' ? forgetful : orderLog,
    tail,
    webhooks: config.webhooks,
    cursors: createCursors(Buffer.alloc(32)),
    newId: (prefix) => toId(prefix, v7()),
    onAppended: createAnnouncer(pool).announce,
  },
  limits: createRateLimits(
    without === 'limiter' ? generous : createLimiter({ redis, log, now }),
    config.rateLimits,
  ),
  authenticate: createAuthenticator({
    find: (keyHash) => findPrincipal(pool, keyHash),
    noteUse: () => {},
    now,
  }),
  noteCall: callers.note,
  bytes: createAnswerRoom(),
  log,
  clock: Date.now,
});
const admin = createAdminApp({
  checks: { postgres: { run: () => pool.query(sql.unsafe`SELECT 1`) } },
  phase: () => 'serving',
  metrics: () => registry.metrics(),
  contentType: registry.contentType,
  callers: callers.recent,
  nameOf: async () => new Map(),
});
const unshed = without === 'shedding' || without === 'queue';
await serve(app, {
  port: config.port,
  host: config.host,
  variable: 'PORT',
  admission: unshed ? undefined : createAdmission(now),
  log,
});
await serve(admin.app, { port: config.adminPort, host: config.adminHost, variable: 'ADMIN_PORT', log });
process.stdout.write(`Holdfast is up, without ${without}\n`);
