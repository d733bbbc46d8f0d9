/**
 * How one version of the API spells what all versions share. There is one state, one log, and one path for commands; an edition
 * only translates: bodies into commands, and orders and events into documents.
 */
import type { COMMAND_SCHEMAS, Command, CommandType } from '../domain/order/commands.ts';
import type { RecordedEvent } from '../domain/order/events.ts';
import type { Order } from '../domain/order/order.ts';
import type { CustomerTotal } from '../projections/customer-summary.ts';
import type { OrdersFilter } from '../projections/orders-page.ts';

export interface Edition {
  /** First segment of its paths, and the name of its spec. */
  name: string;
  /**
   * The command that a body which fits the contract asks for.
   *
   * @returns its data, and the currency that the client takes the order to have, if the body says one
   * @throws {Problem} 422 `invalid_body`
   */
  commandOf: <T extends CommandType>(
    type: T,
    body: unknown,
  ) => { data: (typeof COMMAND_SCHEMAS)[T]['_zod']['output']; currency?: string };
  /** Where a member of a command's data stands in the body; both are JSON Pointers. */
  pointerOf: (type: Command<CommandType>['type'], pointer: string) => string;
  order: (order: Order) => unknown;
  /** Orders as the read table keeps them: JSON texts with commas between them. */
  orders: (documents: string) => string;
  /** What a customer has ordered and paid in one currency. */
  customerTotal: (total: CustomerTotal) => unknown;
  /** Days as the read table keeps them: JSON texts with commas between them. */
  dailySales: (documents: string) => string;
  /** The data of an event. */
  eventData: (event: RecordedEvent) => object;
  /** What a query of the list of orders picks. */
  filterOf: (query: Record<string, unknown>) => OrdersFilter;
}
