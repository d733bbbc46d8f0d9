/** The handlers of every version, by the `operationId` of its spec. */
import type { Handlers } from './handler.ts';
import { batchHandlers } from './v1/batches.ts';
import { cancellationHandlers } from './v1/cancellation.ts';
import { completionHandlers } from './v1/completion.ts';
import { eventHandlers } from './v1/events.ts';
import { orderHandlers } from './v1/orders.ts';
import { paymentHandlers } from './v1/payments.ts';
import { receiptHandlers } from './v1/receipts.ts';
import { refundHandlers } from './v1/refunds.ts';
import { returnHandlers } from './v1/returns.ts';
import { shipmentHandlers } from './v1/shipments.ts';

export const HANDLERS: Record<string, Handlers> = {
  v1: {
    ...orderHandlers,
    ...paymentHandlers,
    ...shipmentHandlers,
    ...returnHandlers,
    ...refundHandlers,
    ...cancellationHandlers,
    ...completionHandlers,
    ...eventHandlers,
    ...receiptHandlers,
    ...batchHandlers,
  },
};
