/**
 * The floor of placing an order: the same Koa, router, koa-body and zod without any I/O. Responds
 * at once, or after one setImmediate.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { koaBody } from 'koa-body';
import { placeOrderData } from '../../domain/order/commands.ts';

const after =
  process.argv[2] === 'immediate' ? () => new Promise((resolve) => setImmediate(resolve)) : undefined;

const router = new Router();
router.post('/v1/orders', koaBody({ jsonLimit: 262_144 }) as never, async (ctx) => {
  const order = placeOrderData.parse((ctx.request as unknown as { body: unknown }).body);
  await after?.();
  ctx.status = 201;
  ctx.body = { id: 'ord_0199f2c07a3e7b1c9a5d4e3f2a1b0c9d', status: 'placed', ...order };
});
const app = new Koa();
app.use(router.routes() as unknown as Middleware);
const server = createServer(app.callback());
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
