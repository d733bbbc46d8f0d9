/**
 * npm run bench:whole-order [-- --rounds 5 --seconds 4 --connections 64]
 *
 * The cost of an order as shops sell them: five lines with tax, a discount of the order and
 * shipping, beside the same lines without, on one server.
 */
import { parseArgs } from 'node:util';
import { compare } from '../kit/interleaved.ts';
import { order, placing } from '../kit/order-request.ts';
import { startServices } from '../kit/services.ts';
import { serveHoldfast } from '../serve.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
  },
});

const euros = (amount: number) => ({ amount, currency: 'EUR' });
const { customer_id, shipping_address, metadata } = order;
const lines = Array.from({ length: 5 }, (_, n) => ({
  sku: `KELP-${n}`,
  name: `Kelp, dried, 100 g, lot ${n}`,
  quantity: n + 1,
  unit_price: euros(450 + n),
}));
const plain = { customer_id, shipping_address, metadata, lines };
const whole = {
  ...plain,
  prices_include_tax: true,
  lines: lines.map((line, n) =>
    Object.assign({ taxes: [{ name: 'VAT 19 %', rate: 19, amount: euros(72 * (n + 1)) }] }, line),
  ),
  discounts: [{ name: 'Spring voucher', code: 'SPRING10', amount: euros(500) }],
  charges: [{ kind: 'shipping', name: 'Parcel', price: euros(490), tax: euros(78) }],
};

const services = await startServices();
const { child, port } = await serveHoldfast(services);
const side = (name: string, body: object) => {
  const json = JSON.stringify(body);
  const request = () => placing('/v2/orders', json);
  const target = { host: '127.0.0.1', port, request };
  return { name, target, pid: String(child.pid), databaseUrl: services.databaseUrl };
};
try {
  await compare([side('whole', whole), side('plain', plain)], {
    rounds: Number(options.rounds),
    roundMs: Number(options.seconds) * 1_000,
    connections: Number(options.connections),
  });
} finally {
  child.kill('SIGKILL');
  await services.stop();
}
