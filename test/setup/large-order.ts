import { anOrder } from './shop.ts';

/** The largest order that the contract allows: about 150 kB of JSON. `n` makes it unique. */
export const aLargeOrder = (n: number) =>
  anOrder({
    lines: Array.from({ length: 100 }, (_, line) => ({
      sku: `${n}-${line}-`.padEnd(64, 'S'),
      name: '鯨'.repeat(200),
      quantity: 1_000_000,
      unit_price: 1,
    })),
    metadata: Object.fromEntries(
      Array.from({ length: 20 }, (_, entry) => [`entry-${entry}`.padEnd(40, 'm'), '鯨'.repeat(500)]),
    ),
  });
