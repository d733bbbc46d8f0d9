/**
 * An edition translates for one version of the API: bodies into commands, orders and events into
 * documents. State, log and command path are shared by all versions.
 */
import type { COMMAND_SCHEMAS, Command, CommandType } from '../domain/order/commands.ts';
import type { RecordedEvent } from '../domain/order/events.ts';
import type { Balance } from '../domain/order/balance.ts';
import type { Order, OrderState } from '../domain/order/order.ts';
import type { CustomerTotal } from '../projections/customers/customer-summary.ts';
import type { OrdersFilter } from '../projections/orders-page.ts';
import type { DaySales } from '../projections/sales/day-sales.ts';

export interface Edition {
  /** First segment of its paths, and the name of its spec. */
  name: string;
  /** The types of events that it shows; all when absent. */
  eventTypes?: ReadonlySet<RecordedEvent['type']>;
  /** Whether receipts have proofs. */
  hasProofs?: boolean;
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
  /** The balance of an order; absent in a version without it. */
  balance?: (order: Order, balance: Balance) => object;
  /** The totals of a customer in one currency. */
  customerTotal: (total: CustomerTotal) => unknown;
  /**
   * The sales of one day of a time zone. Absent in a version whose days are those of the log, in
   * UTC.
   */
  salesDocument?: (sales: DaySales) => object;
  /** CSV with its header; absent in a version without it. */
  csv?: {
    orders: (states: readonly OrderState[]) => string;
    sales: (sales: readonly DaySales[]) => string;
  };
  /** The cause of a failed webhook attempt, in the words of this version. */
  attemptError: (error: string | null) => string | null;
  /** The data of an event. */
  eventData: (event: RecordedEvent) => object;
  /**
   * The filter of a query on the list of orders.
   *
   * @throws {Problem} 400 for parameters that do not go together
   */
  filterOf: (query: OrdersQueryInput) => {
    filter: OrdersFilter;
    /** Lists the orders that changed after this instant, oldest change first. */
    updatedAfter?: string | undefined;
    /** The filter in canonical form. Cursors are bound to it, so a release must not change it. */
    binding: readonly (string | undefined)[];
  };
}

/** The filters of the list of orders as a client sends them, in any version. */
export type OrdersQueryInput = Record<string, string | undefined>;
