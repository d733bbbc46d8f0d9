/**
 * WITHOUT=idempotency|limiter|shedding|queue node loadtest/unguarded.ts
 *
 * A node without one guard, for comparison with the product in a storm. It replaces the guard in
 * code (`replaceGuards` of api/start.ts): no configuration of the product can do that.
 */
import { randomUUID } from 'node:crypto';
import { createAdminApp } from '../api/admin.ts';
import { metricsOf } from '../api/overview/samples.ts';
import { serve } from '../api/http/server.ts';
import type { Guards } from '../api/start.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { registry } from '../platform/metrics.ts';
import { startNode } from '../process/node.ts';

// oxlint-disable-next-line eslint-plugin-n/no-process-env -- this program's only setting
const { WITHOUT: without = '' } = process.env;

const withoutShedding = (guards: Guards): Guards => {
  guards.admission?.stop();
  return { ...guards, admission: undefined };
};

const REPLACEMENTS: Record<string, (guards: Guards) => Guards> = {
  /** Appends every request under a new key. */
  idempotency: ({ orderLog, ...others }) => ({
    ...others,
    orderLog: {
      ...orderLog,
      append: (append) => orderLog.append({ ...append, idempotency_key: randomUUID() }),
    },
  }),
  /** Allows every request. */
  limiter: (guards) => ({
    ...guards,
    limiter: {
      take: async (_subject, policy) => ({
        allowed: true,
        policy,
        remaining: policy.rate.count,
        resetSeconds: policy.rate.seconds,
        source: 'local',
      }),
      giveBack: () => {},
    },
  }),
  shedding: withoutShedding,
  /** Also without shedding: the adaptive limit would keep the queue short. */
  queue: withoutShedding,
};

const replaceGuards = REPLACEMENTS[without];
if (replaceGuards === undefined) {
  process.stderr.write(`WITHOUT must be one of ${Object.keys(REPLACEMENTS).join(', ')}, not "${without}"\n`);
  process.exit(2);
}
const config = loadConfig();
const log = createLogger(config.logLevel);
if (without === 'queue') config.appendQueue = Number.POSITIVE_INFINITY;
const { callers } = await startNode({
  config,
  roles: config.roles,
  databaseUrl: config.databaseUrl!,
  redisUrl: config.redisUrl,
  log,
  replaceGuards,
});
const admin = createAdminApp({
  checks: {},
  phase: () => 'serving',
  metrics: metricsOf(registry),
  contentType: registry.contentType,
  callers,
  nameOf: async () => new Map(),
});
await serve(admin.app, { port: config.adminPort, host: config.adminHost, variable: 'ADMIN_PORT', log });
process.stdout.write(`Holdfast is up, without ${without}\n`);
