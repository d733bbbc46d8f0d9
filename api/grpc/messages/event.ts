/** Converts events into gRPC messages. */
import type { RecordedEvent } from '../../../domain/order/events.ts';
import { lineOf, placed } from '../../../domain/order/rules/placing.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import { type Event as EventMessage, EventType } from '../generated/orders.ts';
import { chargeMessage, lineMessage, placedMessage } from './order.ts';
import { timestamp, timestampIfAny } from './timestamp.ts';

const TYPES: Record<RecordedEvent['type'], EventType> = {
  OrderPlaced: EventType.ORDER_PLACED,
  OrderUpdated: EventType.ORDER_UPDATED,
  PaymentRecorded: EventType.PAYMENT_RECORDED,
  ItemsShipped: EventType.ITEMS_SHIPPED,
  ItemsReturned: EventType.ITEMS_RETURNED,
  RefundRecorded: EventType.REFUND_RECORDED,
  OrderCancelled: EventType.ORDER_CANCELLED,
  OrderCompleted: EventType.ORDER_COMPLETED,
  AuthorizationRecorded: EventType.AUTHORIZATION_RECORDED,
  AuthorizationVoided: EventType.AUTHORIZATION_VOIDED,
  PaymentReversed: EventType.PAYMENT_REVERSED,
  OrderEdited: EventType.ORDER_EDITED,
  HoldPlaced: EventType.HOLD_PLACED,
  HoldReleased: EventType.HOLD_RELEASED,
  CustomerErased: EventType.CUSTOMER_ERASED,
};
const NAMES = new Map(Object.entries(TYPES).map(([name, type]) => [type, name as RecordedEvent['type']]));

/** The type name in the log; `undefined` for an unknown type. */
export const eventTypeOf = (type: EventType): RecordedEvent['type'] | undefined => NAMES.get(type);

export const eventMessage = (event: RecordedEvent & { position: number }): EventMessage => ({
  id: event.event_id,
  order_id: event.order_id,
  version: event.version,
  position: event.position,
  recorded_at: timestamp(event.recorded_at),
  key_id: event.key_id ?? '',
  data: dataOf(event),
});

type Fields<Data> = {
  [Name in keyof Omit<Data, 'occurred_at'>]: Exclude<Data[Name & keyof Data], null>;
} & { occurred_at: Timestamp | undefined };

/** The members of an event as fields: `null` in the log is an absent field in the message. */
function fieldsOf<Data extends { occurred_at?: string | undefined }>(data: Data): Fields<Data> {
  const fields: Record<string, unknown> = {};
  for (const name in data) if (data[name] !== null) fields[name] = data[name];
  fields['occurred_at'] = timestampIfAny(data.occurred_at);
  return fields as Fields<Data>;
}

function dataOf(event: RecordedEvent): NonNullable<EventMessage['data']> {
  switch (event.type) {
    case 'OrderPlaced':
      return { $case: 'order_placed', value: placedMessage(placed(event).order) };
    case 'OrderUpdated': {
      const { patch, shipping_address, metadata, billing_address, email, phone, note, tags } = event.data;
      const value = {
        patch,
        shipping_address: shipping_address ?? undefined,
        metadata: new Map(Object.entries(metadata)),
        billing_address: billing_address ?? undefined,
        email: email ?? undefined,
        phone: phone ?? undefined,
        note: note ?? undefined,
        tags: tags ?? [],
      };
      return { $case: 'order_updated', value };
    }
    case 'PaymentRecorded':
      return { $case: 'payment_recorded', value: fieldsOf(event.data) };
    case 'ItemsShipped':
      return { $case: 'items_shipped', value: fieldsOf(event.data) };
    case 'ItemsReturned':
      return { $case: 'items_returned', value: fieldsOf(event.data) };
    case 'RefundRecorded': {
      const { lines = [], charges = [], payments = [], ...data } = event.data;
      return { $case: 'refund_recorded', value: { ...fieldsOf(data), lines, charges, payments } };
    }
    case 'OrderCancelled': {
      const { lines = [], ...data } = event.data;
      return { $case: 'order_cancelled', value: { ...fieldsOf(data), lines } };
    }
    case 'OrderCompleted':
      return { $case: 'order_completed', value: fieldsOf(event.data) };
    case 'AuthorizationRecorded':
      return { $case: 'authorization_recorded', value: fieldsOf(event.data) };
    case 'AuthorizationVoided':
      return { $case: 'authorization_voided', value: fieldsOf(event.data) };
    case 'PaymentReversed':
      return { $case: 'payment_reversed', value: fieldsOf(event.data) };
    case 'OrderEdited': {
      const { cancel = [], add = [], charges = [], ...data } = event.data;
      const value = {
        ...fieldsOf(data),
        cancel,
        add: add.map((line) => lineMessage(lineOf(line))),
        charges: charges.map(chargeMessage),
      };
      return { $case: 'order_edited', value };
    }
    case 'HoldPlaced':
      return { $case: 'hold_placed', value: fieldsOf(event.data) };
    case 'HoldReleased':
      return { $case: 'hold_released', value: fieldsOf(event.data) };
    case 'CustomerErased': {
      const { customer_id, erased_order_id } = event.data;
      const value = { customer_id: customer_id ?? '', erased_order_id: erased_order_id ?? '' };
      return { $case: 'customer_erased', value };
    }
  }
}
