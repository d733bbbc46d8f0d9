/** Orders of version 2 for tests, and their commands. */
import { afterAll, beforeAll } from '@jest/globals';
import { type Answer, type Ask, type Shop, openShop } from '../../setup/shop.ts';

export const eur = (amount: number) => ({ amount, currency: 'EUR' });

export const kelp = { sku: 'KELP-1', name: 'Kelp, dried', quantity: 2, unit_price: eur(450) };

/** Two pieces of kelp for 900. */
export const anOrder = (change: object = {}) => ({ customer_id: 'ada', lines: [kelp], ...change });

export const pieces = (quantity: number, line_id = 'line_1') => [{ line_id, quantity }];

/** Registers the hooks of a test file: one shop. */
export function openOrders(env: Record<string, string> = {}) {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop(env);
  });
  afterAll(() => shop.close());

  const ask = (path: string, given: Ask = {}): Promise<Answer> => shop.ask(path, given);
  const place = (change: object = {}, given: Ask = {}) =>
    ask('/v2/orders', { body: anOrder(change), ...given });
  /** A command on an order. */
  const act = (id: string, noun: string, body: object = {}, given: Ask = {}) =>
    ask(`/v2/orders/${id}/${noun}`, { body, ...given });
  const read = async (id: string, version = 'v2') => (await ask(`/${version}/orders/${id}`)).json;

  /** An order after commands that all take effect. */
  async function placed(change: object = {}, ...acts: [noun: string, body?: object][]): Promise<string> {
    const { status, json } = await place(change);
    if (status !== 201) throw new Error(JSON.stringify(json));
    for (const [noun, body] of acts) {
      const answer = await act(json.id, noun, body);
      if (answer.status !== 201) throw new Error(`${noun}: ${JSON.stringify(answer.json)}`);
    }
    return json.id as string;
  }

  return { ask, place, placed, act, read, shop: () => shop };
}

/** Status and code of an answer, for a comparison. */
export const outcome = ({ status, json }: Answer): string => `${status} ${json?.code ?? ''}`.trim();

/** Pointers of the errors of an answer. */
export const pointersOf = ({ json }: Answer): string[] =>
  (json.errors ?? []).map(({ pointer }: { pointer: string }) => pointer);
