/**
 * Random lives of orders on the running server: with duplicates at once, late repeats, and
 * competing pairs. The model (model.ts) shares no code with the domain. fast-check prints the seed
 * of a failure; `SEED=… npm test -- test/model` repeats it.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Answer, type Ask, type Shop, anOrder, openShop } from '../setup/shop.ts';
import { type Act, type Line, type ModelOrder, after, due, placed, shown } from './model.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const amount = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 }));
const pieces = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 }))
  .filter(([a, b]) => a + b > 0);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ noun: fc.constant('payments' as const), amount }),
  fc.record({ noun: fc.constant('shipments' as const), pieces }),
  fc.record({ noun: fc.constant('returns' as const), pieces }),
  fc.record({ noun: fc.constant('refunds' as const), amount }),
  fc.record({ noun: fc.constant('metadata' as const), value: fc.stringMatching(/^[a-z]{1,3}$/) }),
  { weight: 1, arbitrary: fc.constantFrom<Act[]>({ noun: 'cancellation' }, { noun: 'completion' }) },
);
const line: fc.Arbitrary<Line> = fc.record({
  quantity: fc.integer({ min: 1, max: 3 }),
  unitPrice: fc.integer({ min: 0, max: 3 }),
});
const which = fc.nat({ max: 99 });
const step = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      lines: fc.array(line, { minLength: 2, maxLength: 2 }),
    }),
  },
  /** Pays the due amount, so that orders reach later states. */
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), order: which }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      order: which,
      act,
      copies: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pair' as const), order: which, one: act, two: act }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), request: which }) },
);

interface Request {
  path: string;
  ask: Ask;
}

function requestOf(order: string, what: Act): Request {
  const path = `/v1/orders/${order}/${what.noun}`;
  const key = randomUUID();
  const lines = (list: number[]) =>
    list.flatMap((quantity, n) => (quantity ? [{ line_id: `line_${n + 1}`, quantity }] : []));
  switch (what.noun) {
    case 'payments':
    case 'refunds':
      return { path, ask: { key, body: { amount: what.amount } } };
    case 'shipments':
    case 'returns':
      return { path, ask: { key, body: { lines: lines(what.pieces) } } };
    case 'cancellation':
    case 'completion':
      return { path, ask: { key, body: {} } };
    case 'metadata': {
      const headers = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' };
      return {
        path: `/v1/orders/${order}`,
        ask: { key, method: 'PATCH', headers, body: { metadata: { note: what.value } } },
      };
    }
  }
}

interface Tracked {
  id: string;
  model: ModelOrder;
}
interface Done {
  request: Request;
  answer: Answer;
}

const send = ({ path, ask }: Request) => shop.ask(path, ask);

/** One run: the requests, and the orders of the model. */
function startRun() {
  const orders: Tracked[] = [];
  /** Requests that took effect, with their answers. */
  const done: Done[] = [];

  /** Sends copies of a request at once; all must get the same answer. */
  async function sendCopies(request: Request, copies: number): Promise<Answer> {
    const answers = await Promise.all(Array.from({ length: copies }, () => send(request)));
    const [first] = answers;
    expect(new Set(answers.map(({ status }) => status)).size).toBe(1);
    if (first!.status >= 400) return first!;
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === null)).toHaveLength(1);
    done.push({ request, answer: first! });
    return first!;
  }

  async function place(lines: Line[]): Promise<void> {
    const body = anOrder({
      lines: lines.map(({ quantity, unitPrice }, n) => ({
        sku: `S${n}`,
        name: 'x',
        quantity,
        unit_price: unitPrice,
      })),
    });
    const answer = await sendCopies({ path: '/v1/orders', ask: { key: randomUUID(), body } }, 2);
    expect(answer.status).toBe(201);
    orders.push({ id: answer.json.id, model: placed(lines) });
  }

  async function check(request: Request, order: Tracked, what: Act, copies: number): Promise<void> {
    const expected = after(order.model, what);
    const { status } = await sendCopies(request, copies);
    expect(status < 300).toBe(expected !== undefined);
    order.model = expected ?? order.model;
  }

  /** Two acts at once: the outcome must equal one sequence of the two or the other. */
  async function pair(order: Tracked, one: Act, two: Act): Promise<void> {
    const [a, b] = await Promise.all([
      sendCopies(requestOf(order.id, one), 1),
      sendCopies(requestOf(order.id, two), 1),
    ]);
    const taken = [a!.status < 300, b!.status < 300];
    const inTurn = (acts: Act[]) => {
      let model = order.model;
      const outcomes = acts.map((each) => {
        const next = after(model, each);
        model = next ?? model;
        return next !== undefined;
      });
      return { model, outcomes };
    };
    const [forth, back] = [inTurn([one, two]), inTurn([two, one])];
    const now = (await shop.ask(`/v1/orders/${order.id}`)).json;
    const fits = [forth, { ...back, outcomes: back.outcomes.toReversed() }].filter(
      ({ model, outcomes }) =>
        outcomes.every((outcome, n) => outcome === taken[n]) &&
        Object.entries(shown(model)).every(
          ([name, value]) => JSON.stringify(now[name]) === JSON.stringify(value),
        ),
    );
    expect(fits.length).toBeGreaterThan(0);
    order.model = fits[0]!.model;
  }

  /** Repeats a request that took effect: it must get its first answer, at any later time. */
  async function again({ request, answer }: Done): Promise<void> {
    const repeated = await send(request);
    expect([repeated.status, repeated.text]).toEqual([answer.status, answer.text]);
    expect(repeated.headers.get('idempotent-replayed')).toBe('true');
    for (const name of ['etag', 'location', 'holdfast-position', 'holdfast-recorded-at'])
      expect(repeated.headers.get(name)).toBe(answer.headers.get(name));
  }

  async function agrees(): Promise<void> {
    for (const { id, model } of orders) {
      const { json } = await shop.ask(`/v1/orders/${id}`);
      expect(json).toMatchObject(shown(model));
      const { json: events } = await shop.ask(`/v1/orders/${id}/events?limit=100`);
      expect(events.data.map(({ version }: { version: number }) => version)).toEqual(
        Array.from({ length: model.version }, (_, n) => n + 1),
      );
    }
  }

  return { orders, done, place, check, pair, again, agrees };
}

test('the server and the model agree on each order, and a replay of all requests changes nothing', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 30 }),
      fc.infiniteStream(which),
      async (steps, shuffle) => {
        const run = startRun();
        await run.place([
          { quantity: 3, unitPrice: 2 },
          { quantity: 1, unitPrice: 0 },
        ]);
        for (const each of steps) {
          const order = run.orders['order' in each ? each.order % run.orders.length : 0]!;
          switch (each.kind) {
            case 'place':
              await run.place(each.lines);
              break;
            case 'settle': {
              const what = { noun: 'payments', amount: Math.max(1, due(order.model)) } as const;
              await run.check(requestOf(order.id, what), order, what, 1);
              break;
            }
            case 'act':
              await run.check(requestOf(order.id, each.act), order, each.act, each.copies);
              break;
            case 'pair':
              await run.pair(order, each.one, each.two);
              break;
            case 'again':
              await run.again(run.done[each.request % run.done.length]!);
              break;
          }
        }
        await run.agrees();
        const keyed = run.done.map((done) => ({ done, rank: shuffle.next().value ?? 0 }));
        for (const { done } of keyed.sort((a, b) => a.rank - b.rank)) await run.again(done);
        await run.agrees();
      },
    ),
    { numRuns: 40, seed, endOnFailure: true },
  );
}, 120_000);
