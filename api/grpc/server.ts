/** The internal service: OrderService on a port of its own, with the standard services of health and reflection beside it. */
import { readFile } from 'node:fs/promises';
import { Server, setLogger } from '@grpc/grpc-js';
import type { AnyDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { HealthImplementation } from 'grpc-health-check';
import { sql } from 'slonik';
import type { Config } from '../../config.ts';
import { withDeadline } from '../../store/unavailable.ts';
import { ListenError } from '../server.ts';
import { serverCredentials } from './credentials.ts';
import { lenient } from './decode.ts';
import { USUAL_PORT, endpointOf } from './endpoint.ts';
import { type FrameOptions, createFrame } from './frame.ts';
import { OrderServiceService } from './generated/orders.ts';
import { getOrder } from './get-order.ts';
import { placeOrder } from './place-order.ts';
import { placeOrders } from './place-orders.ts';
import { watchEvents } from './watch-events.ts';

/** Every limit on a connection. Times in ms, sizes in bytes. */
const LIMITS = {
  /** One message, as the body of one order in REST. */
  'grpc.max_receive_message_length': 262_144,
  /** Calls of one connection at a time. */
  'grpc.max_concurrent_streams': 1_000,
  /** A peer that is silent is asked whether it is there, and has so long to answer. */
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
} as const;

const SERVICE = 'holdfast.orders.v1.OrderService';
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
  const server = new Server(LIMITS);
  server.addService(lenient(OrderServiceService), {
    placeOrder: frame.unary('PlaceOrder', placeOrder),
    placeOrders: frame.bidiStream('PlaceOrders', placeOrders),
    getOrder: frame.unary('GetOrder', getOrder),
    watchEvents: frame.serverStream('WatchEvents', watchEvents),
  });
  const health = new HealthImplementation();
  health.addToServer(server);
  await reflect(server);

  const port = await bind(server, config).catch((error: unknown) => {
    const isTaken = error instanceof ListenError && error.code === 'EADDRINUSE';
    if (config.port !== undefined || !isTaken) throw error;
    edge.log.warn(`gRPC is not served: port ${USUAL_PORT} is taken. GRPC_PORT names another one`);
    return undefined;
  });
  if (port === undefined) return undefined;

  const tell = (status: 'SERVING' | 'NOT_SERVING') => {
    for (const service of ['', SERVICE]) health.setStatus(service, status);
  };
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
    },
  };
}

/** Whoever has no copy of orders.proto asks for it: grpcurl, buf curl, and the like. */
async function reflect(server: Server): Promise<void> {
  const sets = await Promise.all(['orders', 'health'].map(readDescriptors));
  // The form in which it takes them; what it makes of a .proto file by itself lacks the imports.
  const files = { fileDescriptorProtos: sets.flat() } as AnyDefinition;
  new ReflectionService({ files }).addToServer(server);
}

/** The files of a `google.protobuf.FileDescriptorSet`, which is nothing but a list of them. */
async function readDescriptors(name: string): Promise<Buffer[]> {
  const reader = new BinaryReader(await readFile(new URL(`generated/${name}.binpb`, import.meta.url)));
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.tag();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
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
