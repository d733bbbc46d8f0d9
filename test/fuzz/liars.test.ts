/** The fuzzer finds every false response of a lying server. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Context } from 'koa';
import { placeOrder } from '../../api/grpc/methods/place-order.ts';
import type { Call, Handler } from '../../api/handler.ts';
import { HANDLERS } from '../../api/operations.ts';
import { Problem } from '../../api/problem/problem.ts';
import { requestsOf } from '../../loadtest/fuzz/case.ts';
import type { Plan } from '../../loadtest/fuzz/make/plan.ts';
import { type Repertoire, readRepertoire } from '../../loadtest/fuzz/make/repertoire.ts';
import { runSession } from '../../loadtest/fuzz/session.ts';
import { targetAt } from '../../loadtest/fuzz/send/target.ts';
import { type Shop, openShop } from '../setup/shop.ts';

/** A handler that may lie, with the honest handler as its argument. */
type Liar = (call: Call, honest: Handler) => Promise<void>;

const honest = { ...HANDLERS };
const honestly = placeOrder.run;
let liars: Record<string, Liar> = {};
const SEED = 11;
let shop: Shop;
let repertoire: Repertoire;

beforeAll(async () => {
  for (const [id, handler] of Object.entries(honest))
    HANDLERS[id] = (call) => (liars[id] ? liars[id](call, handler) : handler(call));
  repertoire = await readRepertoire(SEED);
  // With the contract judge, the server would send 500 instead of each lie.
  shop = await openShop({ HOLDFAST_CONTRACT_JUDGE: 'off', HOLDFAST_WEBHOOK_LOOPBACK: 'on' });
});
afterEach(() => {
  liars = {};
  placeOrder.run = honestly;
});
afterAll(async () => {
  Object.assign(HANDLERS, honest);
  await shop.close();
});

/** Cases of some kinds, up to a number of requests. */
function* ofKinds(plan: Plan, kinds: readonly string[], requests: number) {
  for (let [index, left] = [0, requests]; left > 0; index += 1) {
    const one = plan(index);
    if (!kinds.includes(one.kind)) continue;
    yield one;
    left -= requestsOf(one).length;
  }
}

/** The kinds of failures that a short run finds. */
async function found(kinds: readonly string[], requests = 250): Promise<string> {
  const target = await targetAt(shop.url, shop.database.url, shop.grpc);
  const { failures } = await runSession({
    target,
    repertoire,
    seed: SEED,
    choose: (plan) => ofKinds(plan, kinds, requests),
  });
  return failures
    .groups()
    .map(({ kind }) => kind)
    .join('\n');
}

/** Lies every third time, so that later requests still work. */
function sometimes(lie: Liar): Liar {
  let turn = 0;
  return (call, handler) => (turn++ % 3 === 2 ? lie(call, handler) : handler(call));
}
const afterwards =
  (change: (ctx: Context) => void): Liar =>
  async (call, handler) => {
    await handler(call);
    change(call.ctx);
  };
const members = (change: object) => (ctx: Context) => {
  ctx.body = JSON.stringify({ ...(JSON.parse(ctx.body as string) as object), ...change });
};
const field = (name: string, value: string | undefined) =>
  afterwards(({ response }) => (value === undefined ? response.remove(name) : response.set(name, value)));
const refuse = (problem: () => Problem): Liar =>
  sometimes(async (call, handler) => {
    await handler(call);
    for (const name of call.ctx.res.getHeaderNames())
      if (!/^(?:x-|ratelimit)/.test(name)) call.ctx.remove(name);
    throw problem();
  });
const withBody = ({ input, ...call }: Call, change: object): Call => ({
  ...call,
  input: { ...input, body: { ...(input.body as object), ...change } },
});

const LIES: [what: string, id: string, lie: Liar, kinds: string[], found: RegExp][] = [
  [
    'a placed order gets 400',
    'placeOrder',
    refuse(() => new Problem('malformed_request', 'This is not an HTTP/1.1 request.')),
    ['story'],
    /a command that took effect was answered 400 malformed_request, retry never/,
  ],
  [
    'a recorded payment gets 409',
    'recordPayment',
    refuse(() => new Problem('order_already_paid', 'Nothing is due.')),
    ['story'],
    /a command that took effect was answered 409 order_already_paid, retry after_change/,
  ],
  [
    'a shed request took effect',
    'placeOrder',
    refuse(
      () =>
        new Problem('overloaded', 'Too many. This one took no effect.', { headers: { 'Retry-After': '1' } }),
    ),
    ['story'],
    /a command that took effect was answered 503 overloaded/,
  ],
  [
    'a created webhook endpoint gets 422',
    'createWebhookEndpoint',
    refuse(() => new Problem('invalid_body', 'Nothing can be sent there.')),
    ['endpoint'],
    /a webhook write that took effect was answered 422 invalid_body/,
  ],
  [
    'an acknowledged write did not happen',
    'cancelOrder',
    sometimes(async ({ ctx, input }) => {
      ctx.status = 201;
      ctx.type = 'application/json';
      ctx.body = JSON.stringify({
        order_id: input.params['order_id'],
        reason: null,
        cancelled_at: new Date().toISOString(),
      });
    }),
    ['story', 'single'],
    /an acknowledged command is not in the log/,
  ],
  [
    'an order is placed twice',
    'placeOrder',
    sometimes(async (call, handler) => {
      const { input } = call;
      const headers = { ...input.headers, 'Idempotency-Key': `again-${Math.random()}` };
      await handler({ ...call, input: { ...input, headers } });
      await handler(call);
    }),
    ['story'],
    /an event has another key than its request/,
  ],
  [
    'a different order is placed',
    'placeOrder',
    sometimes((call, handler) => handler(withBody(call, { customer_id: 'somebody_else' }))),
    ['story'],
    /an event differs from the body of its request/,
  ],
  [
    'a first run is marked as a replay',
    'recordPayment',
    field('Idempotent-Replayed', 'true'),
    ['story'],
    /a first run claims to be a replay/,
  ],
  [
    'a replay is not marked',
    'placeOrder',
    field('Idempotent-Replayed', undefined),
    ['repeat', 'story'],
    /a repeat is not marked as a replay|a replay claims to be a first run/,
  ],
  [
    'a repeat gets another response than the first request',
    'placeOrder',
    afterwards(
      (ctx) => ctx.response.get('Idempotent-Replayed') && members({ metadata: { more: 'yes' } })(ctx),
    ),
    ['repeat', 'story'],
    /an order in a response is not the fold of its events/,
  ],
  [
    'a repeat is refused',
    'placeOrder',
    async (call, handler) => {
      await handler(call);
      if (call.ctx.response.get('Idempotent-Replayed'))
        throw new Problem('order_already_placed', 'It is placed.');
    },
    ['repeat', 'story'],
    /the repeat of an acknowledged command was answered 409 order_already_placed/,
  ],
  [
    'a response has the position of another event',
    'recordShipment',
    field('Holdfast-Position', '1'),
    ['story'],
    /a response has another position than the log/,
  ],
  [
    'a response has another time than the log',
    'placeOrder',
    field('Holdfast-Recorded-At', '2020-01-01T00:00:00.000Z'),
    ['story'],
    /a response has another recordedAt than the log/,
  ],
  [
    'an order is shown with a wrong total',
    'getOrder',
    afterwards((ctx) => ctx.body && members({ customer_id: 'cus_none' })(ctx)),
    ['story', 'single'],
    /an order in a response is not the fold of its events/,
  ],
  [
    'an existing order is not found',
    'getOrder',
    sometimes(async () => {
      throw new Problem('order_not_found', 'There is no such order.');
    }),
    ['story'],
    /404 for an order that exists/,
  ],
  [
    'a receipt of an acknowledged command is not found',
    'getReceipt',
    async () => {
      throw new Problem('idempotency_key_not_found', 'No command with this key has taken effect.');
    },
    ['story'],
    /a receipt denies an acknowledged command/,
  ],
  [
    'an invented event is shown',
    'listOrderEvents',
    afterwards((ctx) => {
      if (ctx.status !== 200) return;
      const page = JSON.parse(ctx.body as string) as { data: { id: string }[] };
      for (const event of page.data) event.id = `evt_${'0'.repeat(32)}`;
      ctx.body = JSON.stringify(page);
    }),
    ['story'],
    /an event in a response differs from the log/,
  ],
  [
    'a condition is ignored',
    'updateOrder',
    (call, handler) => {
      if (call.ctx.headers['if-match'] !== undefined) call.ctx.headers['if-match'] = '*';
      return handler(call);
    },
    ['story', 'heads'],
    /a command ran at a version that its If-Match does not name|a request took effect that must have none/,
  ],
  [
    'a handler throws',
    'placeOrder',
    sometimes(async () => {
      throw new Error('a bug');
    }),
    ['story'],
    /status 500/,
  ],
  [
    'a response outside the contract',
    'listPayments',
    afterwards(members({ secret: 1 })),
    ['story', 'single'],
    /must NOT have additional properties/,
  ],
];

test.each(LIES)('the fuzzer finds the lie: %s', async (_what, id, lie, kinds, expected) => {
  liars = { [id]: lie };
  expect(await found(kinds)).toMatch(expected);
});

test('the fuzzer finds the lie: a placed gRPC order is refused', async () => {
  placeOrder.run = async (call, request) => {
    await honestly(call, request);
    throw new Problem('invalid_body', 'This is no order.');
  };
  expect(await found(['grpc'], 60)).toMatch(
    /a command that took effect was answered 400 invalid_body, retry never/,
  );
});

test('an honest server has no failures', async () => {
  const kindsFound = await found(['story', 'twins', 'repeat', 'grpc'], 500);
  expect(kindsFound).not.toMatch(/took effect was answered|acknowledged|the log|fold|event|repeat|replay/);
}, 60_000);
