/** The HTTP side of the peers that bring none: the Koa of floor.ts with the same validation. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { koaBody } from 'koa-body';
import { placeOrderData } from '../../../domain/order/commands.ts';

export type NewOrder = ReturnType<typeof placeOrderData.parse>;

export type PlacedOrder = NewOrder & { id: string; status: 'placed'; total: number };

/** Another order came with a used key. */
export class KeyReused extends Error {}

export const parseOrder = (body: unknown): NewOrder => placeOrderData.parse(body);

/** The order of a request, which is also the answer. */
export const placed = (id: string, order: NewOrder): PlacedOrder => ({
  id,
  status: 'placed',
  ...order,
  total: order.lines.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0),
});

/** Serves `POST /orders` on a free port, and prints the port. @param place answers with JSON */
export function serveOrders(place: (key: string, order: NewOrder) => Promise<object | string>): void {
  const router = new Router();
  router.post('/orders', koaBody({ jsonLimit: 262_144 }) as never, async (ctx) => {
    const order = parseOrder((ctx.request as unknown as { body: unknown }).body);
    try {
      ctx.body = await place(ctx.get('Idempotency-Key'), order);
      ctx.type = 'json';
      ctx.status = 201;
    } catch (error) {
      if (!(error instanceof KeyReused)) throw error;
      ctx.status = 422;
    }
  });
  const app = new Koa();
  app.silent = true; // a refused request is counted by its client
  app.use(router.routes() as unknown as Middleware);
  const server = createServer(app.callback());
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
  });
}
