/** The noun *shipment* of pieces of an order. */
import type { Handlers } from '../../handler.ts';
import { listedRecord } from './record.ts';

const shipment = listedRecord({
  command: 'ShipItems',
  event: 'ItemsShipped',
  path: 'shipments',
  at: 'shipped_at',
  notFound: { code: 'shipment_not_found', detail: 'This order does not have this shipment.' },
});

export const shipmentHandlers: Handlers = {
  recordShipment: shipment.record,
  listShipments: shipment.list,
  getShipment: shipment.get,
};
