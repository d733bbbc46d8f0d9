/** A client that depends on the .proto file alone, which it reads at run time. */
import { fileURLToPath } from 'node:url';
import {
  type CallOptions,
  type ChannelCredentials,
  type ClientDuplexStream,
  type ClientReadableStream,
  type GrpcObject,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  credentials,
  loadPackageDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const PROTO = fileURLToPath(new URL('../../api/grpc/orders.proto', import.meta.url));
const DETAILS = fileURLToPath(new URL('../../api/grpc/google/rpc/error_details.proto', import.meta.url));

const definition = loadPackageDefinition(
  loadSync(PROTO, { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true }),
) as unknown as { holdfast: { orders: { v1: { OrderService: ServiceClientConstructor } } } };
const root = new protobuf.Root().loadSync([PROTO, DETAILS], { keepCase: true });

// oxlint-disable-next-line typescript/no-explicit-any -- each test knows its answer
type Message = any;

export interface OrdersClient {
  placeOrder: (request: object, options?: CallOptions) => Promise<Message>;
  getOrder: (request: object, options?: CallOptions) => Promise<Message>;
  placeOrders: () => ClientDuplexStream<object, Message>;
  watchEvents: (request: object, options?: CallOptions) => ClientReadableStream<Message>;
  close: () => void;
}

/** @param more metadata besides the API key */
export function connect(
  address: string,
  apiKey: string | undefined,
  {
    more = {},
    secure = credentials.createInsecure(),
  }: { more?: Record<string, string>; secure?: ChannelCredentials } = {},
): OrdersClient {
  const raw = new definition.holdfast.orders.v1.OrderService(address, secure, {
    // Each test has its own connection, which ends when the client is closed.
    'grpc.use_local_subchannel_pool': 1,
  }) as unknown as GrpcObject & Record<string, (...given: unknown[]) => Message> & { close: () => void };
  const metadata = new Metadata();
  if (apiKey !== undefined) metadata.set('authorization', `Bearer ${apiKey}`);
  for (const [name, value] of Object.entries(more)) metadata.set(name, value);
  const unary =
    (name: string) =>
    (request: object, options: CallOptions = {}): Promise<Message> =>
      new Promise((resolve, reject) => {
        raw[name]!.call(raw, request, metadata, options, (error: ServiceError | null, response: Message) =>
          error ? reject(error) : resolve(response),
        );
      });
  return {
    placeOrder: unary('PlaceOrder'),
    getOrder: unary('GetOrder'),
    placeOrders: () => raw['PlaceOrders']!.call(raw, metadata),
    watchEvents: (request, options = {}) => raw['WatchEvents']!.call(raw, request, metadata, options),
    close: () => raw.close(),
  };
}

/** A Status with its details unpacked, by their short names. */
export function unpacked(status: {
  code: number;
  message: string;
  details: { type_url: string; value: Buffer }[];
}): {
  code: number;
  message: string;
  details: Record<string, Message>;
} {
  const { code, message, details } = status;
  return {
    code,
    message,
    details: Object.fromEntries(
      details.map(({ type_url, value }) => {
        const type = root.lookupType(type_url.split('/').at(-1)!);
        return [type.name, type.toObject(type.decode(value), { longs: Number })];
      }),
    ),
  };
}

/** The error of a failed call. */
export async function failureOf(call: Promise<unknown>): Promise<ReturnType<typeof unpacked>> {
  const error = (await call.then(
    () => {
      throw new Error('it worked');
    },
    (thrown: unknown) => thrown,
  )) as ServiceError;
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!(bytes instanceof Buffer)) return { code: error.code, message: error.details, details: {} };
  const status = root.lookupType('google.rpc.Status');
  return unpacked(
    status.toObject(status.decode(bytes), { bytes: Buffer, arrays: true }) as Parameters<typeof unpacked>[0],
  );
}

/** Reads up to `count` messages of a stream. @throws a status other than OK */
export function take(
  stream: ClientReadableStream<Message>,
  count = Number.POSITIVE_INFINITY,
): Promise<Message[]> {
  const messages: Message[] = [];
  return new Promise((resolve, reject) => {
    stream.on('data', (message: Message) => {
      messages.push(message);
      if (messages.length === count) resolve(messages);
    });
    stream.once('end', () => resolve(messages));
    stream.once('error', reject);
  });
}
