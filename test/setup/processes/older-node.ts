/**
 * Loaded before main.ts (`node --import`): makes the process a node of an older release, without
 * holds, and with the first schema version of shipments.
 */
import { EVENT_SCHEMAS } from '../../../domain/order/events.ts';

const schemas: Record<string, { version: number } | undefined> = EVENT_SCHEMAS;
delete schemas['HoldPlaced'];
delete schemas['HoldReleased'];
schemas['ItemsShipped'] = { ...EVENT_SCHEMAS.ItemsShipped, version: 1 };
