/** Starts the API role: limiter, HTTP server, gRPC server. */
import type { IncomingMessage } from 'node:http';
import { v7 } from 'uuid';
import type { Config } from '../platform/config.ts';
import { createLogAddress } from '../platform/log-address.ts';
import type { Logger } from '../platform/logger.ts';
import { connectRedis, warmUp } from '../platform/redis.ts';
import { clientAddress } from '../platform/trusted-proxies.ts';
import { requestGraceMs } from '../platform/shutdown.ts';
import { createReadAfter } from '../projections/read-after.ts';
import type { Replicas } from '../store/connections/replicas.ts';
import { createTenantConnections } from '../store/connections/tenant-connections.ts';
import { findPrincipal, recentKeys } from '../store/keys/api-keys.ts';
import { toId } from '../store/ids.ts';
import { instanceSecret } from '../store/secrets/instance-secrets.ts';
import type { DurabilityGuard } from '../store/durability/durability-guard.ts';
import type { PrimaryLease } from '../store/durability/primary-lease.ts';
import type { PersonalData } from '../store/personal/personal-data.ts';
import type { Keyring } from '../store/secrets/keyring.ts';
import { createExpiryWarning } from '../store/keys/key-expiry.ts';
import { createKeyUsage } from '../store/keys/key-usage.ts';
import { type OrderLog, createOrderLog } from '../store/log/log.ts';
import type { DatabasePool } from '../store/pool.ts';
import type { Tail } from '../store/log/tail.ts';
import { createAnnouncer } from '../store/consumers/wakeups.ts';
import { type Admission, createAdmission } from './admission/admission.ts';
import { createApp } from './app.ts';
import { KNOWN_KEYS_MAX, createAuthenticator } from './authenticate.ts';
import { createCursors } from './lists/cursor.ts';
import { type RunningGrpc, startGrpc } from './grpc/server.ts';
import type { Services } from './handler.ts';
import { createAnswerRoom } from './http/answer-room.ts';
import { type Callers, createCallers } from './overview/callers.ts';
import { type Limiter, createLimiter, createLocalLimiter } from './limiter/limiter.ts';
import { startRetention } from './retention.ts';
import { createRateLimits, subjectOfCaller } from './limiter/rate-limit.ts';
import { confirmedBy } from './problem/confirmed-answer.ts';
import { randomBytes16 } from '../platform/random.ts';
import { serve } from './http/server.ts';

/** The start waits this long for Redis; afterwards the limiter falls back. */
const REDIS_WARM_UP_MS_MAX = 1_000;

export interface RunningApi {
  port: number;
  /** `undefined` when the default port was taken. */
  grpcPort: number | undefined;
  callers: Callers;
  /** Drains the requests in flight and their appends. */
  stop: () => Promise<void>;
}

/** The guards of the API against overload and repeated requests. */
export interface Guards {
  /** Appends each idempotency key once. */
  orderLog: OrderLog;
  limiter: Limiter;
  /** `undefined` admits every request. */
  admission: Admission | undefined;
}

export interface ApiOptions {
  config: Config;
  pool: DatabasePool;
  keyring: Keyring;
  personal: PersonalData;
  durability: DurabilityGuard;
  primary: PrimaryLease;
  /** For the appends alone. */
  appendPool: DatabasePool;
  replicas: Replicas;
  redisUrl: string | undefined;
  tail: Tail;
  /** Aborts when the drain begins, before `stop`. */
  draining?: AbortSignal | undefined;
  log: Logger;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Replaces guards in a load test (loadtest/unguarded.ts). No configuration sets it. */
  replaceGuards?: ((guards: Guards) => Guards) | undefined;
}

export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { config, tail, draining, log, clock } = options;
  const now = () => performance.now();
  const { edge, admission, callers, appended, close } = await createEdge(options, now);
  const graceMs = requestGraceMs(config);
  const logAddress = createLogAddress(config.logAddresses);
  let grpc: RunningGrpc | undefined;
  try {
    grpc = await startGrpc({ config: config.grpc, logAddress, draining, ...edge });
    // Its library takes a twentieth of a start.
    const judge = config.contractJudge ? await import('./contract/judge.ts') : undefined;
    const app = createApp({ config, judgeOf: judge?.judgeOf, ...edge, admission, clock });
    const server = await serve(app, {
      port: config.port,
      host: config.host,
      variable: 'PORT',
      admission,
      log,
      logAddress,
    });
    const retention = startRetention(edge.services, log);
    return {
      port: server.port,
      grpcPort: grpc?.port,
      callers,
      async stop() {
        tail.close(); // answers the readers that wait for events
        await Promise.all([server.stop(graceMs), grpc?.stop(graceMs), retention.stop()]);
        await appended();
        await close();
      },
    };
  } catch (error) {
    await grpc?.stop(0);
    await close();
    throw error;
  }
}

/** The parts that HTTP and gRPC share. */
async function createEdge(
  {
    config,
    pool,
    appendPool,
    replicas,
    keyring,
    personal,
    durability,
    primary,
    redisUrl,
    tail,
    log,
    clock,
    replaceGuards = (guards) => guards,
  }: ApiOptions,
  now: () => number,
) {
  const redis = redisUrl === undefined ? undefined : connectRedis(redisUrl, { name: 'limiter', log });
  if (redis) await warmUp(redis, REDIS_WARM_UP_MS_MAX);
  const keyUsage = createKeyUsage({ pool, now, log });
  const warnOfExpiry = createExpiryWarning(log, clock);
  const authenticator = createAuthenticator({
    known: await recentKeys(pool, KNOWN_KEYS_MAX),
    async find(keyHash) {
      // Before it is kept: an old primary lacks newer keys, and has those that were revoked since.
      const principal = await confirmedBy(primary, () => findPrincipal(pool, keyHash));
      warnOfExpiry(principal);
      return principal;
    },
    noteUse: keyUsage.note,
    now,
  });
  const tenantOf = ({ headers, socket }: IncomingMessage) =>
    authenticator.tenantOf(headers.authorization) ??
    subjectOfCaller(
      clientAddress(
        socket.remoteAddress ?? '',
        String(headers['x-forwarded-for'] ?? ''),
        config.trustedProxies,
      ),
    );
  const connections = createTenantConnections({ pool, size: config.databasePool });
  const { orderLog, limiter, admission } = replaceGuards({
    orderLog: createOrderLog({ pool, appendPool, connections, personal, capacity: config.appendQueue }),
    limiter: redis ? createLimiter({ redis, log, now }) : createLocalLimiter(now),
    admission: createAdmission({ now, tenantOf }),
  });
  const { announce } = createAnnouncer(pool);
  const callers = createCallers(now);
  const services: Services = {
    pool,
    connections,
    replicas,
    log: orderLog,
    tail,
    readAfter: createReadAfter(pool),
    webhooks: config.webhooks,
    cursors: createCursors(await instanceSecret(pool, keyring, 'cursor')),
    keyring,
    personal,
    erasuresFile: config.erasuresFile,
    durability,
    primary,
    newId: (prefix) => toId(prefix, v7({ rng: randomBytes16 })),
    clock,
    onAppended: announce,
  };
  const edge = {
    services,
    limits: createRateLimits(limiter, config.rateLimits),
    authenticate: authenticator.authenticate,
    noteCall: callers.note,
    trustedProxies: config.trustedProxies,
    bytes: createAnswerRoom(),
    log,
  };
  return {
    edge,
    admission,
    callers,
    /** Waits for the appends in flight. */
    appended: () => orderLog.drained(),
    async close() {
      await keyUsage.stop();
      redis?.disconnect();
    },
  };
}
