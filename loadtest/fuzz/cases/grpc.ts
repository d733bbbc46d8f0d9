/** gRPC calls and streams: valid, damaged, late, cancelled and broken ones. */
import { GetOrderRequest, WatchEventsRequest } from '../../../api/grpc/generated/orders.ts';
import type { Case, FrameCall, GrpcCall, GrpcMethod, Connection, Sent } from '../case.ts';
import { noise, weighted } from '../chance.ts';
import { type Message, framed, hurt, message } from '../make/grpc-messages.ts';
import { type Scene, keyAt, sharedOrder, traceparentAt, waresAt } from '../make/scene.ts';
import { type Address, type Caller, apiKeyToken, idToken } from '../tokens.ts';
import { someWares } from '../make/wares.ts';

type Made = Omit<Case, 'index' | 'after'>;

const MAKES: readonly (readonly [weight: number, make: (scene: Scene) => Made])[] = [
  [20, unary],
  [8, repeated],
  [20, stream],
  [6, hurtMessage],
  [6, hurtStream],
  [8, reading],
  [5, watching],
  [10, late],
  [7, brokenStream],
  [4, stranger],
  [8, wrongFrames],
];

export const grpc = (scene: Scene): Made => weighted(scene.random, MAKES)(scene);

interface Calling {
  at?: Address;
  form?: Sent['form'];
  inert?: boolean;
  silence?: boolean;
  caller?: Caller;
  repeats?: Sent['repeats'];
  orderToken?: string;
}

function sentOf(scene: Scene, method: GrpcMethod, messages: readonly Message[], calling: Calling): Sent {
  const {
    at = scene.next(),
    form = 'whole',
    inert = false,
    silence = false,
    caller = 'shop',
    repeats,
  } = calling;
  return {
    ...at,
    id: `fz.${at.index}.${at.n}`,
    isTraced: true,
    version: 'v1',
    operationId: undefined,
    method: 'gRPC',
    target: method,
    caller,
    keys: messages.map(({ key }) => key),
    // A flipped bit may give another order.
    meaning: form === 'whole' ? messages.map(({ wares }) => wares) : undefined,
    orderToken: calling.orderToken,
    form,
    allowed: undefined,
    inert,
    silence,
    repeats,
  };
}

const metadataOf = (scene: Scene, sent: Sent): [string, string][] => [
  ['authorization', `Bearer ${apiKeyToken(sent.caller)}`],
  ['x-request-id', sent.id!],
  ['traceparent', traceparentAt(scene.seed, sent)],
];

function call(
  scene: Scene,
  method: GrpcMethod,
  messages: readonly Message[],
  calling: Calling & Partial<Pick<GrpcCall, 'deadlineMs' | 'cancelAfterMs'>> = {},
): GrpcCall {
  const sent = sentOf(scene, method, messages, calling);
  const { deadlineMs, cancelAfterMs } = calling;
  return {
    kind: 'grpc',
    method,
    metadata: metadataOf(scene, sent),
    messages: messages.map(({ bytes }) => bytes),
    requests: [sent],
    deadlineMs,
    cancelAfterMs,
  };
}

const made = (what: string, ...stages: Connection[][]): Made => ({
  kind: 'grpc',
  what,
  stages,
  isSlow: false,
});
const fresh = (scene: Scene): Message => message(keyAt(scene.seed, scene.next()), someWares(scene.random));

function unary(scene: Scene): Made {
  const one = fresh(scene);
  const at = scene.next();
  const again = scene.random.chance(0.3)
    ? [[call(scene, 'PlaceOrder', [one], { repeats: { ...at, changed: false } })]]
    : [];
  return made('an order', [call(scene, 'PlaceOrder', [one], { at })], ...again);
}

/** Repeats an order that was placed over REST. */
function repeated(scene: Scene): Made {
  const { random, seed } = scene;
  const order = sharedOrder(scene);
  const key = keyAt(seed, order);
  const wares = waresAt(seed, order);
  const isChanged = random.chance(0.4);
  const one = message(key, isChanged ? { ...wares, customer_id: 'somebody_else' } : wares);
  const method = random.pick(['PlaceOrder', 'PlaceOrders'] as const);
  const repeats = { ...order, changed: isChanged };
  return made(`an order placed by REST${isChanged ? ', changed' : ''}`, [
    call(scene, method, [one], { repeats }),
  ]);
}

function stream(scene: Scene): Made {
  const { random } = scene;
  const messages = Array.from({ length: random.between(1, 30) }, () => fresh(scene));
  if (random.chance(0.3)) messages.push(random.pick(messages));
  const at = scene.next();
  const again = random.chance(0.2)
    ? [[call(scene, 'PlaceOrders', messages, { repeats: { ...at, changed: false } })]]
    : [];
  return made('a stream of orders', [call(scene, 'PlaceOrders', messages, { at })], ...again);
}

function hurtMessage(scene: Scene): Made {
  const { what, message: one, isBroken } = hurt(scene.random, fresh(scene));
  return made(`an order, ${what}`, [call(scene, 'PlaceOrder', [one], { form: 'hurt', inert: isBroken })]);
}

function hurtStream(scene: Scene): Made {
  const { random } = scene;
  const messages = Array.from({ length: random.between(2, 10) }, () => fresh(scene));
  const position = random.between(0, messages.length - 1);
  const { what, message: one } = hurt(random, messages[position]!);
  messages[position] = one;
  return made(`a stream of orders, one of them ${what}`, [
    call(scene, 'PlaceOrders', messages, { form: 'hurt', silence: true }),
  ]);
}

function reading(scene: Scene): Made {
  const { random } = scene;
  const orderToken = idToken('ord', sharedOrder(scene));
  const version = random.chance(0.5) ? undefined : random.between(1, 4);
  const bytes = Buffer.from(GetOrderRequest.encode({ order_id: orderToken, version }).finish());
  const planned = call(scene, 'GetOrder', [], {
    orderToken: version === undefined ? orderToken : undefined,
    inert: true,
  });
  return made('read an order', [{ ...planned, messages: [bytes] }]);
}

function watching(scene: Scene): Made {
  const { random } = scene;
  const after = random.pick([0, 0, 1, 500, Number.MAX_SAFE_INTEGER]);
  const bytes = Buffer.from(WatchEventsRequest.encode({ after, types: [], since: undefined }).finish());
  const planned = call(scene, 'WatchEvents', [], {
    inert: true,
    silence: true,
    cancelAfterMs: random.between(20, 300),
  });
  return made(`events after ${after}`, [{ ...planned, messages: [bytes] }]);
}

/** The client cancels, or its deadline passes; then it retries. */
function late(scene: Scene): Made {
  const { random } = scene;
  const isStream = random.chance(0.5);
  const method = isStream ? 'PlaceOrders' : 'PlaceOrder';
  const messages = Array.from({ length: isStream ? random.between(1, 20) : 1 }, () => fresh(scene));
  const at = scene.next();
  const how = random.chance(0.5)
    ? { deadlineMs: random.between(0, 40) }
    : { cancelAfterMs: random.between(0, 25) };
  const first = call(scene, method, messages, { at, silence: true, ...how });
  const again = call(scene, method, messages, { repeats: { ...at, changed: false } });
  return made(
    `${method}, ${'deadlineMs' in how ? 'its deadline passes' : 'cancelled'}, then retried`,
    [first],
    [again],
  );
}

function stranger(scene: Scene): Made {
  const { random } = scene;
  const caller = random.pick(['nobody', 'reader'] as const);
  const [what, method] = random.pick([
    [`an order by ${caller}`, 'PlaceOrder'],
    [`a stream by ${caller}`, 'PlaceOrders'],
    ['an unknown method', 'NoSuchMethod'],
  ] as const);
  return made(what, [
    call(scene, method, [fresh(scene)], { caller, inert: true, silence: method === 'PlaceOrders' }),
  ]);
}

function frames(
  scene: Scene,
  method: GrpcMethod,
  messages: readonly Message[],
  bytes: Buffer,
  end: FrameCall['end'],
  calling: Calling,
): FrameCall {
  const sent = sentOf(scene, method, messages, { silence: true, ...calling });
  const afterMs = scene.random.between(0, 30);
  return {
    kind: 'frames',
    method,
    metadata: metadataOf(scene, sent),
    bytes,
    requests: [sent],
    end,
    afterMs,
  };
}

/** The connection breaks during a stream; then the client retries. */
function brokenStream(scene: Scene): Made {
  const { random } = scene;
  const messages = Array.from({ length: random.between(1, 30) }, () => fresh(scene));
  const whole = Buffer.concat(messages.map(({ bytes }) => framed(bytes)));
  const bytes = random.chance(0.5) ? whole.subarray(0, random.between(1, whole.length)) : whole;
  const at = scene.next();
  const end = random.pick(['break', 'cancel', 'break'] as const);
  const first = frames(scene, 'PlaceOrders', messages, bytes, end, { at, form: 'hurt' });
  const again = call(scene, 'PlaceOrders', messages, { repeats: { ...at, changed: false } });
  return made(
    `a stream, ${end === 'break' ? 'its connection breaks' : 'reset'}, then retried`,
    [first],
    [again],
  );
}

function wrongFrames(scene: Scene): Made {
  const { random } = scene;
  const one = fresh(scene);
  const { bytes } = one;
  const [what, content, method] = random.pick([
    ['a length that is too large', framed(bytes, { length: bytes.length + 10 }), 'PlaceOrder'],
    ['a length that is too small', framed(bytes, { length: bytes.length - 3 }), 'PlaceOrder'],
    ['a length of 4 GB', framed(bytes, { length: 0xffffffff }), 'PlaceOrder'],
    ['flagged as compressed', framed(bytes, { flag: 1 }), 'PlaceOrder'],
    ['an unknown flag', framed(bytes, { flag: 0x7f }), 'PlaceOrder'],
    ['half a prefix', framed(bytes).subarray(0, 3), 'PlaceOrder'],
    ['half a message', framed(bytes).subarray(0, 20), 'PlaceOrders'],
    ['no message', Buffer.alloc(0), 'PlaceOrder'],
    [
      'two messages in a unary call',
      Buffer.concat([framed(bytes), framed(fresh(scene).bytes)]),
      'PlaceOrder',
    ],
    ['noise', noise(random, random.between(1, 200)), 'PlaceOrders'],
  ] as const);
  return made(`${method}: ${what}`, [frames(scene, method, [one], content, 'half-close', { form: 'hurt' })]);
}
