/** `npx holdfast trigger EVENT`: makes what causes such an event, with a test key. */
import { type CliCommand, CommandError } from '../../command-line/command.ts';
import type { Schemas } from '../../openapi/client/client.ts';
import { type ServerClient, openClient } from '../client/server-client.ts';

type Event = Schemas['Event'];

/** What a step may use: the order, and the id that the step before it made. */
interface Scene {
  order: Schemas['Order'];
  /** Customer of the order, new for each run. */
  customer: string;
  last: string;
}

/** A write: path below the order, and body. A path that begins with `/` is the whole path. */
interface Step {
  method: 'POST' | 'PATCH' | 'DELETE';
  path: (scene: Scene) => string;
  body?: (scene: Scene) => object;
}

const post = (path: (scene: Scene) => string, body: (scene: Scene) => object): Step => ({
  method: 'POST',
  path,
  body,
});
const REASON = { reason: 'holdfast trigger' };
const linesOf = ({ order }: Scene) => order.lines.map(({ id, quantity }) => ({ line_id: id, quantity }));

const pay = post(
  () => 'payments',
  ({ order }) => ({ amount: order.total, method: 'card' }),
);
const ship = post(
  () => 'shipments',
  (scene) => ({ lines: linesOf(scene) }),
);
const authorize = post(
  () => 'authorizations',
  ({ order }) => ({ amount: order.total }),
);
const hold = post(
  () => 'holds',
  () => REASON,
);

/** The writes after the placement of an order, for each event. The last one records it. */
export const RECIPES: Record<Event['type'], readonly Step[]> = {
  OrderPlaced: [],
  OrderUpdated: [{ method: 'PATCH', path: () => '', body: () => ({ note: 'holdfast trigger' }) }],
  PaymentRecorded: [pay],
  ItemsShipped: [pay, ship],
  ItemsReturned: [
    pay,
    ship,
    post(
      () => 'returns',
      (scene) => ({ lines: linesOf(scene) }),
    ),
  ],
  RefundRecorded: [
    pay,
    post(
      () => 'refunds',
      ({ order }) => ({ amount: order.total, ...REASON }),
    ),
  ],
  OrderCancelled: [
    post(
      () => 'cancellation',
      () => REASON,
    ),
  ],
  OrderCompleted: [
    pay,
    ship,
    post(
      () => 'completion',
      () => ({}),
    ),
  ],
  AuthorizationRecorded: [authorize],
  AuthorizationVoided: [
    authorize,
    post(
      ({ last }) => `authorizations/${last}/void`,
      () => REASON,
    ),
  ],
  PaymentReversed: [
    pay,
    post(
      ({ last }) => `payments/${last}/reversal`,
      () => REASON,
    ),
  ],
  OrderEdited: [
    post(
      () => 'edits',
      (scene) => ({ cancel: linesOf(scene), ...REASON }),
    ),
  ],
  HoldPlaced: [hold],
  HoldReleased: [
    hold,
    post(
      ({ last }) => `holds/${last}/release`,
      () => REASON,
    ),
  ],
  CustomerErased: [{ method: 'DELETE', path: ({ customer }) => `/v2/customers/${customer}/personal-data` }],
};

export const trigger: CliCommand = {
  summary: 'Cause an event with a test key: place a test order, pay it, ship it and so on.',
  positionals: ['EVENT'],
  choices: { EVENT: Object.keys(RECIPES) },
  async run({ positionals: [type = ''] }, { httpAccess }) {
    const steps = RECIPES[type as Event['type']];
    const access = await httpAccess();
    if (!access.apiKey.startsWith('hf_test_'))
      throw new CommandError(
        `${access.url}: trigger places orders, so it needs a test key, which begins with hf_test_.\n` +
          `API key used: ${access.apiKeySource}. To make one: npx holdfast keys create --tenant T --test`,
      );
    const client = openClient(access);
    const customer = `trigger-${crypto.randomUUID()}`;
    const order = await placeTestOrder(client, customer);
    const scene: Scene = { order, customer, last: '' };
    let position = order.position;
    for (const step of steps) {
      const answer = await take(client, step, scene);
      scene.last = answer.id;
      position = answer.position;
    }
    return {
      data: { type, order_id: order.id, customer_id: customer, position },
      text: `${type} of order ${order.id}, at position ${position}. To see it: npx holdfast events tail --from ${position - 1} --limit 1`,
    };
  },
};

type Answer = Promise<{ data?: unknown; error?: unknown; response: Response }>;

async function placeTestOrder(client: ServerClient, customer: string) {
  const call = client.POST('/v2/orders', {
    body: {
      customer_id: customer,
      lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
      metadata: { made_by: 'holdfast trigger' },
    },
  });
  const order = await client.read(call);
  return { ...order, position: positionOf((await call).response) };
}

/** One signature for all writes: a test sends each of them to a server. */
async function take(client: ServerClient, { method, path, body }: Step, scene: Scene) {
  const below = path(scene);
  const whole = below.startsWith('/') ? below : `/v2/orders/${scene.order.id}${below && `/${below}`}`;
  const send = client[method] as unknown as (path: string, options: object) => Answer;
  const headers =
    method === 'PATCH'
      ? { 'If-Match': `"${scene.order.version}"`, 'Content-Type': 'application/merge-patch+json' }
      : {};
  const call = send(whole, { headers, ...(body && { body: body(scene) }) });
  const made = (await client.read(call)) as { id?: string } | undefined;
  return { id: made?.id ?? '', position: positionOf((await call).response) };
}

const positionOf = (response: Response): number => Number(response.headers.get('Holdfast-Position'));
