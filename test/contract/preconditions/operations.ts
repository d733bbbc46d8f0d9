/** The operations by their treatment of conditions. */
import { type Operation, loadSpec } from '../../../api/contract/spec.ts';
import { EDITIONS } from '../../../api/editions.ts';
import { type Answer } from '../../setup/shop.ts';

/**
 * Writes and reads of resources with an ETag, and operations that create a resource. No other
 * operation accepts `If-Match`.
 */
const CHANGES = new Set([
  'updateOrder',
  'recordPayment',
  'recordShipment',
  'recordReturn',
  'recordRefund',
  'cancelOrder',
  'completeOrder',
  'recordAuthorization',
  'voidAuthorization',
  'reversePayment',
  'editOrder',
  'placeHold',
  'releaseHold',
  'updateWebhookEndpoint',
  'deleteWebhookEndpoint',
  'rotateWebhookSecret',
  'redeliverWebhook',
  'createWebhookReplay',
]);
const READS = new Set(['getOrder', 'getWebhookEndpoint']);
const MAKERS = new Set(['placeOrder', 'placeOrders', 'createWebhookEndpoint', 'erasePersonalData']);

export const operations = EDITIONS.flatMap(({ name }) => loadSpec(name).operations);
const named = (wanted: (operation: Operation) => boolean) =>
  operations.filter(wanted).map((operation) => [`${operation.path} ${operation.id}`, operation] as const);
export const changes = named(({ id }) => CHANGES.has(id));
export const makers = named(({ id }) => MAKERS.has(id));
export const reads = named(({ id }) => READS.has(id));
export const tagless = named(({ id, method }) => method === 'get' && !READS.has(id));

export const outcome = ({ status, json }: Answer) => `${status} ${json?.code ?? ''}`.trim();
export const parametersOf = ({ json }: Answer) =>
  (json.errors ?? []).map(({ parameter }: { parameter: string }) => parameter);

export const anOrderOfV2 = () => ({
  customer_id: 'cus_1',
  lines: [{ sku: 'K', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
});
