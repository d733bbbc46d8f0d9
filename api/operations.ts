/** The handler of each `operationId`. */
import type { Handlers } from './handler.ts';
import { authorizationHandlers } from './nouns/order/authorizations.ts';
import { balanceHandlers } from './nouns/order/balance.ts';
import { batchHandlers } from './nouns/order/batches.ts';
import { cancellationHandlers } from './nouns/order/cancellation.ts';
import { completionHandlers } from './nouns/order/completion.ts';
import { customerHandlers } from './nouns/customers.ts';
import { dailySalesHandlers } from './nouns/daily-sales.ts';
import { editHandlers } from './nouns/order/edits.ts';
import { eventHandlers } from './nouns/events.ts';
import { holdHandlers } from './nouns/order/holds.ts';
import { orderHandlers } from './nouns/order/orders.ts';
import { paymentHandlers } from './nouns/order/payments.ts';
import { receiptHandlers } from './nouns/receipts.ts';
import { refundHandlers } from './nouns/order/refunds.ts';
import { returnHandlers } from './nouns/order/returns.ts';
import { shipmentHandlers } from './nouns/order/shipments.ts';
import { webhookDeliveryHandlers } from './nouns/webhook-deliveries.ts';
import { webhookEndpointHandlers } from './nouns/webhook-endpoints.ts';

/** A spec with another operation stops the start. */
export const HANDLERS: Handlers = {
  ...orderHandlers,
  ...authorizationHandlers,
  ...paymentHandlers,
  ...shipmentHandlers,
  ...returnHandlers,
  ...refundHandlers,
  ...cancellationHandlers,
  ...completionHandlers,
  ...editHandlers,
  ...holdHandlers,
  ...balanceHandlers,
  ...eventHandlers,
  ...receiptHandlers,
  ...batchHandlers,
  ...customerHandlers,
  ...dailySalesHandlers,
  ...webhookEndpointHandlers,
  ...webhookDeliveryHandlers,
};
