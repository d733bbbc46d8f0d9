/** The verification finds every violation of the contract by a lying server. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Context } from 'koa';
import { HANDLERS } from '../../api/operations.ts';
import { type Shop, openShop } from '../setup/shop.ts';
import { type Contract, readContract } from './contract.ts';
import { verify } from './verify.ts';

type Lie = (ctx: Context) => void;

const honest = { ...HANDLERS };
let liar: { id: string; lie: Lie } | undefined;
let shop: Shop;
let contract: Contract;
beforeAll(async () => {
  for (const [id, handler] of Object.entries(honest)) {
    HANDLERS[id] = async (call) => {
      await handler(call);
      if (liar?.id === id) liar.lie(call.ctx);
    };
  }
  // With the contract judge, the server would send 500 instead of each lie.
  shop = await openShop({ HOLDFAST_CONTRACT_JUDGE: 'off' });
  contract = await readContract('v2');
});
afterEach(() => {
  liar = undefined;
});
afterAll(async () => {
  Object.assign(HANDLERS, honest);
  await shop.close();
});

const ask = async (id: string, of = contract) =>
  (await verify({ contract: of, target: shop, seed: 7, runs: 3, only: [id] })).faults.join('\n');

const change = (ctx: Context, members: object) => {
  ctx.body = JSON.stringify({ ...(JSON.parse(ctx.body as string) as object), ...members });
};

const problem = (ctx: Context, members: object) => {
  ctx.status = 404;
  const said = {
    type: '/x',
    title: 'x',
    status: 404,
    code: 'x',
    detail: 'x',
    retry: 'never',
    request_id: 'x',
  };
  ctx.body = JSON.stringify({ ...said, ...members });
  ctx.type = 'application/problem+json';
};

const LIES: [what: string, id: string, lie: Lie, found: RegExp][] = [
  [
    'a status that is not promised',
    'getReceipt',
    (ctx) => (ctx.status = 202),
    /status 202 is not in the contract/,
  ],
  [
    'a status that is promised, for another case',
    'getReceipt',
    (ctx) => problem(ctx, {}),
    /status 404 is wrong here/,
  ],
  ['a header missing', 'getReceipt', (ctx) => ctx.remove('X-Request-Id'), /header X-Request-Id is missing/],
  [
    'a header of another form',
    'getReceipt',
    (ctx) => ctx.set('Holdfast-Position', 'soon'),
    /header Holdfast-Position does not fit its schema: soon/,
  ],
  [
    'a header missing from a write',
    'recordPayment',
    (ctx) => ctx.remove('Location'),
    /recordPayment, the example: header Location is missing/,
  ],
  [
    'a member missing',
    'getReceipt',
    (ctx) => change(ctx, { status: undefined }),
    /body: the whole must have required property 'status'/,
  ],
  [
    'a member too many',
    'getReceipt',
    (ctx) => change(ctx, { secret: 1 }),
    /body: the whole must NOT have additional properties/,
  ],
  [
    'a member of another type',
    'getReceipt',
    (ctx) => change(ctx, { version: '1' }),
    /body: \/version must be integer/,
  ],
  [
    'a member out of bounds',
    'getReceipt',
    (ctx) => change(ctx, { version: 0 }),
    /body: \/version must be >= 1/,
  ],
  [
    'a member outside its enum',
    'getReceipt',
    (ctx) => change(ctx, { status: 203 }),
    /body: \/status must be equal to one of/,
  ],
  [
    'a wrong retry',
    'getReceipt',
    (ctx) => problem(ctx, { retry: 'same_key' }),
    /the problem has retry same_key, the contract never/,
  ],
  [
    'a problem of another status',
    'getReceipt',
    (ctx) => problem(ctx, { status: 400 }),
    /the problem has status 400/,
  ],
  [
    'a problem as plain JSON',
    'getReceipt',
    (ctx) => {
      problem(ctx, {});
      ctx.type = 'application/json';
    },
    /media type is application\/json/,
  ],
  [
    'half an answer',
    'getReceipt',
    (ctx) => (ctx.body = (ctx.body as string).slice(1)),
    /the body is not JSON/,
  ],
  [
    'a handler that throws',
    'getReceipt',
    () => {
      throw new Error('a bug');
    },
    /status 500 is wrong here/,
  ],
  [
    'an invalid cursor',
    'listEvents',
    (ctx) => change(ctx, { next_cursor: 'nowhere' }),
    /the page after .*: status 400/,
  ],
];

test('an honest server has no faults', async () => {
  expect(await ask('getReceipt')).toBe('');
});

test.each(LIES)('%s is found', async (_what, id, lie, found) => {
  liar = { id, lie };
  expect(await ask(id)).toMatch(found);
});

describe('the verification finds a server whose checks differ from its contract', () => {
  const changed = (change: (contract: Contract) => void) => {
    const copy = structuredClone(contract);
    change(copy);
    return copy;
  };
  const operation = ({ operations }: Contract, id: string) => operations.find((one) => one.id === id)!;

  test('when it accepts an invalid request', async () => {
    const strict = changed((of) => {
      operation(of, 'cancelOrder').body!.schema.properties!['reason']!.maxLength = 100;
    });
    expect(await ask('cancelOrder', strict)).toMatch(/body: \/reason is too long: status 201 is wrong here/);
  });

  test('when it refuses a valid request', async () => {
    const lax = changed((of) => {
      const limit = operation(of, 'listPayments').parameters.find(({ name }) => name === 'limit')!;
      Object.assign(limit, { required: true, schema: { type: 'integer', minimum: 200, maximum: 300 } });
    });
    expect(await ask('listPayments', lax)).toMatch(/good request 0: status 400 is wrong here/);
  });
});
