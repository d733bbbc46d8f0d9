/** The noun *shipment*: pieces of an order's lines that were sent. */
import type { Handlers } from '../../handler.ts';
import { listedFact } from './fact.ts';

const shipment = listedFact({
  command: 'ShipItems',
  event: 'ItemsShipped',
  path: 'shipments',
  prefix: 'shp',
  at: 'shipped_at',
  notFound: { code: 'shipment_not_found', detail: 'This order has no such shipment.' },
});

export const shipmentHandlers: Handlers = {
  recordShipment: shipment.record,
  listShipments: shipment.list,
  getShipment: shipment.get,
};
