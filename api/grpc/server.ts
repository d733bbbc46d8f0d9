/** The internal service: OrderService on a port of its own, with the standard services of health and reflection beside it. */
import { Server, setLogger } from '@grpc/grpc-js';
import { sql } from 'slonik';
import type { Config } from '../../platform/config.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { ListenError } from '../http/server.ts';
import { boundArrivals } from './wire/arrivals.ts';
import { serverCredentials } from './credentials.ts';
import { lenient } from './wire/decode.ts';
import { USUAL_PORT, endpointOf } from './endpoint.ts';
import { type FrameOptions, createFrame } from './frame.ts';
import { OrderServiceService as methods } from './generated/orders.ts';
import { getOrder } from './methods/get-order.ts';
import { SERVER_LIMITS } from './wire/limits.ts';
import { placeOrder } from './methods/place-order.ts';
import { placeOrders } from './methods/place-orders.ts';
import { addHealth, addReflection } from './public-services.ts';
import { watchEvents } from './methods/watch-events.ts';

/** How often the health is looked after, and how long Postgres has to answer. */
const HEALTH_INTERVAL = 2_000;
const HEALTH_PATIENCE = 1_000;

export interface RunningGrpc {
  port: number;
  /** Takes no new call, finishes what is under way, ends the open streams, and cuts what is left after `graceMs`. */
  stop: (graceMs: number) => Promise<void>;
}

export interface GrpcOptions extends Omit<FrameOptions, 'stopping' | 'token'> {
  config: Config['grpc'];
}

/**
 * @returns `undefined` when no port was asked for and the usual one is taken: two nodes on one machine must not need a setting to start
 * @throws {ListenError} the port that was asked for cannot be had, or the address
 * @throws {ConfigError} a certificate cannot be read
 */
export async function startGrpc({ config, ...edge }: GrpcOptions): Promise<RunningGrpc | undefined> {
  const stopping = new AbortController();
  const frame = createFrame({ ...edge, token: config.token, stopping: stopping.signal });
  // What goes wrong is told by us, in words.
  const quietly = (text: string) => edge.log.debug({ grpc: text }, 'grpc-js');
  setLogger({ error: quietly, info: quietly, debug: quietly });
  const server = new Server(SERVER_LIMITS);
  server.addService(lenient(methods), {
    placeOrder: frame.unary('PlaceOrder', placeOrder, methods.placeOrder.responseSerialize),
    placeOrders: frame.bidiStream('PlaceOrders', placeOrders, methods.placeOrders.responseSerialize),
    getOrder: frame.unary('GetOrder', getOrder, methods.getOrder.responseSerialize),
    watchEvents: frame.serverStream('WatchEvents', watchEvents, methods.watchEvents.responseSerialize),
  });
  const tell = addHealth(server, stopping.signal);
  await addReflection(server, stopping.signal);

  const port = await bind(server, config).catch((error: unknown) => {
    const isTaken = error instanceof ListenError && error.code === 'EADDRINUSE';
    if (config.port !== undefined || !isTaken) throw error;
    edge.log.warn(`gRPC is not served: port ${USUAL_PORT} is taken. GRPC_PORT names another one`);
    return undefined;
  });
  if (port === undefined) return undefined;
  const unbound = boundArrivals(server, edge.bytes);

  /** Without Postgres no call works out, so that balancers should look elsewhere. */
  async function look(): Promise<void> {
    const there = await withDeadline(edge.services.pool.query(sql.unsafe`SELECT 1`), HEALTH_PATIENCE).then(
      () => true,
      () => false,
    );
    if (!stopping.signal.aborted) tell(there ? 'SERVING' : 'NOT_SERVING');
  }
  tell('SERVING');
  const looking = setInterval(() => void look(), HEALTH_INTERVAL);

  return {
    port,
    async stop(graceMs) {
      clearInterval(looking);
      tell('NOT_SERVING');
      const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      const cut = setTimeout(() => server.forceShutdown(), graceMs);
      stopping.abort();
      await closed;
      clearTimeout(cut);
      unbound();
    },
  };
}

async function bind(server: Server, { host, port = USUAL_PORT, ...files }: Config['grpc']): Promise<number> {
  const credentials = await serverCredentials(files);
  return new Promise((resolve, reject) => {
    server.bindAsync(endpointOf({ host, port }), credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else
        reject(new ListenError('GRPC_PORT', port, /\bE[A-Z]+\b/.exec(error.message)?.[0] ?? error.message));
    });
  });
}
