/**
 * An edition translates for one version of the API: bodies into commands, orders and events into
 * documents. State, log and command path are shared by all versions.
 */
import type { COMMAND_SCHEMAS, Command, CommandType } from '../domain/order/commands.ts';
import type { RecordedEvent } from '../domain/order/events.ts';
import type { OrderState } from '../domain/order/order.ts';
import type { CustomerTotal } from '../projections/customer-summary.ts';
import type { OrdersFilter } from '../projections/orders-page.ts';

export interface Edition {
  /** First segment of its paths, and the name of its spec. */
  name: string;
  /** The types of events that it shows; all when absent. */
  eventTypes?: ReadonlySet<RecordedEvent['type']>;
  /**
   * The command of a body that fits the contract.
   *
   * @returns its data, and the currency of the order, if the body names one
   * @throws {Problem} 422 `invalid_body`
   */
  commandOf: <T extends CommandType>(
    type: T,
    body: unknown,
  ) => { data: (typeof COMMAND_SCHEMAS)[T]['_zod']['output']; currency?: string };
  /** Translates a JSON Pointer into the command's data into one into the body. */
  pointerOf: (type: Command<CommandType>['type'], pointer: string, body: unknown) => string;
  order: (state: OrderState) => unknown;
  /** @param rows of the read table: JSON texts, separated by commas; see `parseStates` */
  orders: (rows: string) => string;
  /** The totals of a customer in one currency. */
  customerTotal: (total: CustomerTotal) => unknown;
  /** @param documents of the read table: JSON texts, separated by commas */
  dailySales: (documents: string) => string;
  /** The data of an event. */
  eventData: (event: RecordedEvent) => object;
  /** The filter of a query on the list of orders. */
  filterOf: (query: Record<string, unknown>) => OrdersFilter;
}
