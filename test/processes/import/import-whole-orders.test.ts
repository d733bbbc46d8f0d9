/** `holdfast import` loses no member of an order. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { aWholeOrder, bodyForV2 } from '../../grpc/whole-order.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { send } from '../../setup/shop.ts';
import { apiKey, line, openImports } from './import-scene.ts';

const { server, fileOf, env, run, logged } = openImports();

const item = (idempotency_key: string, order: object) => JSON.stringify({ idempotency_key, order });

test.each<[string, object]>([
  ['every member, with a series', bodyForV2(aWholeOrder())],
  [
    'prices that include the tax, with a number',
    bodyForV2(
      aWholeOrder({ series: undefined, number: 'W-17', prices_include_tax: true, stated: undefined }),
    ),
  ],
  [
    'a guest with a line without SKU',
    { lines: [{ name: 'Kelp', quantity: 1, unit_price: { amount: 5, currency: 'EUR' } }] },
  ],
  [
    'members that state their default',
    {
      customer_id: null,
      lines: [
        { sku: null, name: 'Kelp', quantity: 1, unit_price: { amount: 5, currency: 'EUR' }, ships: true },
      ],
      tags: [],
      charges: [],
      payment_terms: 'prepaid',
      prices_include_tax: false,
      stated: {},
    },
  ],
])('an order arrives whole: %s', async (name, order) => {
  const key = `whole-${name.replaceAll(/\W+/g, '-')}`;
  expect((await run(await fileOf([item(key, order)]))).json).toMatchObject({ placed: 1, refused: 0 });
  // REST compares each member with those that the import sent.
  const rest = await send(`${server().url}/v2/orders`, { apiKey, body: order, key });
  expect([rest.status, rest.headers.get('Idempotent-Replayed')]).toEqual([201, 'true']);
});

test('an order that the server refuses is reported with its fields', async () => {
  const reference = randomUUID();
  const path = await fileOf([
    line('refused-1', { reference }),
    line('refused-2', { stated: { total: { amount: 901, currency: 'EUR' } } }),
  ]);
  await run(await fileOf([line('first-1', { reference })], 'first.ndjson'));
  const { code } = await holdfast(['import', path], env());
  expect(code).toBe(1);
  const refused = (await readFile(`${path}.refused.ndjson`, 'utf8'))
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text))
    .toSorted((a, b) => a.line - b.line);
  expect(refused).toMatchObject([
    {
      line: 1,
      code: 'order_reference_taken',
      detail: expect.stringMatching(/ord_[0-9a-f]{32}/),
      fields: [{ field: 'order.reference' }],
    },
    { line: 2, code: 'totals_disagree', fields: [{ field: 'order.stated.total' }] },
  ]);
  expect(await logged('refused')).toEqual({ orders: 0, keys: 0 });
});
