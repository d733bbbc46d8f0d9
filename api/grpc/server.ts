/** The gRPC server: OrderService, health and reflection on one port. */
import { Server, setLogger } from '@grpc/grpc-js';
import { sql } from 'slonik';
import type { Config } from '../../platform/config.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { ListenError } from '../http/server.ts';
import { boundArrivals } from './wire/arrivals.ts';
import { serverCredentials } from './credentials.ts';
import { lenient } from './wire/decode.ts';
import { DEFAULT_PORT, endpointOf } from './endpoint.ts';
import { type FrameOptions, createFrame } from './frame.ts';
import { OrderServiceService as methods } from './generated/orders.ts';
import { getOrder } from './methods/get-order.ts';
import { SERVER_LIMITS } from './wire/limits.ts';
import { placeOrder } from './methods/place-order.ts';
import { placeOrders } from './methods/place-orders.ts';
import { addHealth, addReflection } from './public-services.ts';
import { watchEvents } from './methods/watch-events.ts';

const HEALTH_INTERVAL_MS = 2_000;
/** Time for Postgres to answer a health check. */
const HEALTH_TIMEOUT_MS = 1_000;

export interface RunningGrpc {
  port: number;
  /**
   * Refuses new calls, drains the calls in flight, ends the streams. Cuts the rest after `graceMs`.
   */
  stop: (graceMs: number) => Promise<void>;
}

export interface GrpcOptions extends Omit<FrameOptions, 'stopping' | 'token'> {
  config: Config['grpc'];
  /** Aborts when the drain begins, before `stop`: balancers should choose another node. */
  draining?: AbortSignal | undefined;
}

/**
 * @returns `undefined` if GRPC_PORT is unset and the default port is taken: a second node on the
 *   same machine must start without a setting
 * @throws {ListenError} GRPC_PORT cannot be opened
 * @throws {ConfigError} a certificate cannot be read
 */
export async function startGrpc({
  config,
  draining,
  ...edge
}: GrpcOptions): Promise<RunningGrpc | undefined> {
  const stopping = new AbortController();
  const frame = createFrame({ ...edge, token: config.token, stopping: stopping.signal });
  // The frame logs every failure. The log of grpc-js is for debugging only.
  const debug = (text: string) => edge.log.debug({ grpc: text }, 'grpc-js');
  setLogger({ error: debug, info: debug, debug });
  const server = new Server(SERVER_LIMITS);
  server.addService(lenient(methods), {
    placeOrder: frame.unary('PlaceOrder', placeOrder, methods.placeOrder.responseSerialize),
    placeOrders: frame.bidiStream('PlaceOrders', placeOrders, methods.placeOrders.responseSerialize),
    getOrder: frame.unary('GetOrder', getOrder, methods.getOrder.responseSerialize),
    watchEvents: frame.serverStream('WatchEvents', watchEvents, methods.watchEvents.responseSerialize),
  });
  const setHealth = addHealth(server, stopping.signal);
  await addReflection(server, stopping.signal);

  const port = await bind(server, config).catch((error: unknown) => {
    const isTaken = error instanceof ListenError && error.code === 'EADDRINUSE';
    if (config.port !== undefined || !isTaken) throw error;
    edge.log.warn({ port: DEFAULT_PORT }, 'grpc not served: port taken, set GRPC_PORT');
    return undefined;
  });
  if (port === undefined) return undefined;
  const stopBounds = boundArrivals(server, edge.bytes);

  /** Without Postgres every call fails: balancers should choose another node. */
  async function checkHealth(): Promise<void> {
    const query = edge.services.pool.query(sql.unsafe`SELECT 1`);
    const isUp = await withDeadline(query, HEALTH_TIMEOUT_MS).then(
      () => true,
      () => false,
    );
    if (draining?.aborted !== true && !stopping.signal.aborted) setHealth(isUp ? 'SERVING' : 'NOT_SERVING');
  }
  setHealth('SERVING');
  draining?.addEventListener('abort', () => setHealth('NOT_SERVING'), { once: true });
  const timer = setInterval(() => void checkHealth(), HEALTH_INTERVAL_MS);

  return {
    port,
    async stop(graceMs) {
      clearInterval(timer);
      setHealth('NOT_SERVING');
      const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      const cut = setTimeout(() => server.forceShutdown(), graceMs);
      stopping.abort();
      await closed;
      clearTimeout(cut);
      stopBounds();
    },
  };
}

async function bind(
  server: Server,
  { host, port = DEFAULT_PORT, ...files }: Config['grpc'],
): Promise<number> {
  const credentials = await serverCredentials(files);
  return new Promise((resolve, reject) => {
    server.bindAsync(endpointOf({ host, port }), credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else
        reject(new ListenError('GRPC_PORT', port, /\bE[A-Z]+\b/.exec(error.message)?.[0] ?? error.message));
    });
  });
}
