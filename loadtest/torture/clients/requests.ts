/** Renders what a client wants as a REST request of version 1 or 2. */
import type { Act, Line } from '../../../test/model/model.ts';
import type { Wish } from '../history/entry.ts';
import type { Asked } from './client.ts';

type RestEdition = 'v1' | 'v2';

const money = (edition: RestEdition, amount: number) =>
  edition === 'v1' ? amount : { amount, currency: 'EUR' };

/** The body of an order. */
export const orderBody = (edition: RestEdition, customer: string, lines: readonly Line[]) => ({
  customer_id: customer,
  ...(edition === 'v1' && { currency: 'EUR' }),
  lines: lines.map(({ quantity, unitPrice }, n) => ({
    sku: `KELP-${n + 1}`,
    name: 'Kelp',
    quantity,
    unit_price: money(edition, unitPrice),
  })),
});

export const placing = (edition: RestEdition, customer: string, lines: Line[], key: string): Asked => ({
  edition,
  wish: { kind: 'place', customer, lines },
  key,
  request: { path: `/${edition}/orders`, body: JSON.stringify(orderBody(edition, customer, lines)) },
});

/** @param ifMatch version in `If-Match`; a patch without it names any version */
export function acting(
  edition: RestEdition,
  order: string,
  act: Act,
  key: string,
  ifMatch: number | undefined,
): Asked {
  const wish: Wish = { kind: 'act', order, act, ifMatch };
  const path = `/${edition}/orders/${order}`;
  const condition = ifMatch === undefined ? '' : `If-Match: "${ifMatch}"\r\n`;
  if (act.noun === 'metadata')
    return {
      edition,
      wish,
      key,
      request: {
        method: 'PATCH',
        path,
        body: JSON.stringify({ metadata: { note: act.value } }),
        fields: `Content-Type: application/merge-patch+json\r\n${condition || 'If-Match: *\r\n'}`,
      },
    };
  const body = JSON.stringify(bodyOf(edition, act));
  return { edition, wish, key, request: { path: `${path}/${act.noun}`, body, fields: condition } };
}

function bodyOf(edition: RestEdition, act: Act): object {
  switch (act.noun) {
    case 'payments':
    case 'refunds':
      return { amount: money(edition, act.amount) };
    case 'shipments':
    case 'returns':
      return {
        lines: act.pieces.flatMap((quantity, n) =>
          quantity ? [{ line_id: `line_${n + 1}`, quantity }] : [],
        ),
      };
    default:
      return {};
  }
}
