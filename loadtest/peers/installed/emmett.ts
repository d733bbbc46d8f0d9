/**
 * Emmett with its Postgres store: a command handler, with the key as the name of the stream. The
 * handler reads the stream, decides, and appends at the version that it has read.
 */
import { CommandHandler, type Event } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { randomUUID } from 'node:crypto';
import { type NewOrder, type PlacedOrder, placed, serveOrders } from '../servers/serve-orders.ts';

type OrderPlaced = Event<'OrderPlaced', PlacedOrder>;
type State = PlacedOrder | { status: 'none' };

const store = getPostgreSQLEventStore(process.env['DATABASE_URL']!);
await store.schema.migrate();

const handle = CommandHandler<State, OrderPlaced>({
  evolve: (_state, { data }) => data,
  initialState: () => ({ status: 'none' }),
  // The default of the handler is no second attempt: a repeat that loses the race would fail.
  retry: { onVersionConflict: true },
});

const place =
  (order: NewOrder) =>
  (state: State): OrderPlaced | [] =>
    state.status === 'none' ? { type: 'OrderPlaced', data: placed(randomUUID(), order) } : [];

serveOrders(async (key, order) => {
  const { newState } = await handle(store, `order-${key}`, place(order));
  return newState;
});
