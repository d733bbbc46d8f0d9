/** Reads the whole shop after a run, as a client would: the feed of events, and the list of orders. */
import type { Target } from './target.ts';

export interface ReadBack {
  /** Ids of all events, in the order of the feed. */
  feed: string[];
  /** Documents of all orders, by id. */
  orders: Map<string, unknown>;
  /** Orders that the list has more than once. */
  twice: string[];
}

interface Page<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}

/** A page may be refused or cut off this often before the server counts as gone. */
const ATTEMPTS = 20;
const PAUSE_MS = 500;

/** @throws {Error} when the server does not answer */
export async function readBack({ http, apiKeys }: Target): Promise<ReadBack> {
  const authorization = { Authorization: `Bearer ${apiKeys.shop}` };
  async function page<T>(
    path: string,
    fields: Record<string, string>,
  ): Promise<{ page: Page<T>; position: string }> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(`http://${http.host}:${http.port}${path}`, {
        headers: { ...authorization, ...fields },
        signal: AbortSignal.timeout(20_000),
      }).catch(() => undefined);
      if (answer?.status === 200) {
        const position = answer.headers.get('holdfast-position') ?? '';
        return { page: (await answer.json()) as Page<T>, position };
      }
      if (attempt === ATTEMPTS) throw new Error(`${path} was answered ${answer?.status ?? 'nothing'}`);
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
  async function walk<T>(
    path: string,
    fields: Record<string, string>,
    take: (item: T) => void,
  ): Promise<void> {
    let cursor = '';
    for (;;) {
      const { page: found } = await page<T>(`${path}${cursor}`, fields);
      for (const item of found.data) take(item);
      if (!found.has_more) return;
      cursor = `&cursor=${found.next_cursor}`;
    }
  }

  const feed: string[] = [];
  let position = 0;
  await walk<{ id: string; position: number }>('/v2/events?limit=100', {}, (event) => {
    feed.push(event.id);
    position = event.position;
  });
  const orders = new Map<string, unknown>();
  const twice: string[] = [];
  const after = { 'Holdfast-Read-After': String(position) };
  await walk<{ id: string }>('/v2/orders?order=asc&limit=100', after, (order) => {
    if (orders.has(order.id)) twice.push(order.id);
    orders.set(order.id, order);
  });
  return { feed, orders, twice };
}
