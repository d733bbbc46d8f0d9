/**
 * What a load needs: cores, connections, bytes and machines, from the measured cost of each action.
 * The costs add up; `bench:capacity -- --check` compares that with measured loads.
 */
import { loadConfig } from '../../platform/config.ts';
import { appendPoolOf } from '../../process/connections.ts';

/** What one action costs, with all that the consumers of the log do for it. */
export interface Cost {
  /** Microseconds of processor of all Holdfast processes. */
  server_us: number;
  postgres_us: number;
  redis_us: number;
  /** Bytes of write-ahead log. */
  wal_bytes: number;
  /** Bytes of tables and indexes that stay. */
  disk_bytes: number;
}

export const ACTIONS = ['place', 'command', 'get', 'page', 'delivery'] as const;
/**
 * `place`: an order of 600 bytes; `command`: a payment in full; `get`: one order; `page`: 20
 * orders; `delivery`: an event sent to one webhook endpoint.
 */
export type Action = (typeof ACTIONS)[number];

/** Actions a second. */
export type Rates = Record<Action, number>;

export interface Costs {
  /** What a process with all roles costs in a second in which nothing happens. */
  idle: Cost;
  actions: Record<Action, Cost>;
  /** Events a second that one partition took, from 64 callers of one process. */
  head_events_per_second: number;
  /** Connections to Postgres of one process with all roles, with one partition. */
  connections: number;
  /** When and on what all of it was measured. */
  measured: string;
}

export const COSTS = ['server_us', 'postgres_us', 'redis_us', 'wal_bytes', 'disk_bytes'] as const;

export const mapCost = (value: (of: keyof Cost) => number): Cost =>
  Object.fromEntries(COSTS.map((of) => [of, value(of)])) as unknown as Cost;

/** Adds up the costs of a second. */
export const costOf = (costs: Costs, rates: Rates, processes = 1): Cost =>
  mapCost((of) =>
    ACTIONS.reduce(
      (sum, action) => sum + rates[action] * costs.actions[action][of],
      processes * costs.idle[of],
    ),
  );

export interface Demand {
  /** At the busiest hour. */
  ordersPerSecond: number;
  /** Payments, shipments and other changes of one order. */
  commandsPerOrder: number;
  readsPerOrder: number;
  /** Share of reads that are pages of 20. */
  pagesShare: number;
  /** Webhook endpoints that get each event. */
  endpoints: number;
  /** The busiest hour, as a multiple of the average. */
  peakToAverage: number;
  /** Months of orders in the database. */
  keptMonths: number;
}

export interface Machines {
  /** Share of a core that is used at the busiest hour. */
  utilization: number;
  /** Cores of the largest machine for Postgres. */
  postgresCores: number;
  /** MB of write-ahead log that its disk takes in a second. */
  walMegabytesPerSecond: number;
  /** Copies of the data, the first included. */
  copies: number;
  /** Money a month. */
  corePrice: number;
  gigabytePrice: number;
}

/** One resource that cannot be spread: how much of it the load takes. */
export interface Limit {
  what: string;
  share: number;
  /** What to add when it is reached. */
  remedy: string;
}

export interface Needs {
  eventsPerSecond: number;
  serverCores: number;
  postgresCores: number;
  redisCores: number;
  /** Of one core each, with all roles. */
  processes: number;
  partitions: number;
  /** Postgres servers that share the partitions; each is copied. */
  postgresServers: number;
  /** Connections to all Postgres servers. */
  connections: number;
  walMegabytesPerSecond: number;
  gigabytesPerMonth: number;
  gigabytesKept: number;
  pricePerMonth: number;
  /** The nearest limit first. */
  limits: Limit[];
}

const SECONDS_PER_MONTH = 2_629_800;
const DEFAULTS = loadConfig({});
const MICROSECONDS_PER_SECOND = 1e6;

/** The rates of the busiest hour. */
export function ratesOf({ ordersPerSecond: place, ...demand }: Demand): Rates {
  const { commandsPerOrder, readsPerOrder, pagesShare, endpoints } = demand;
  return {
    place,
    command: place * commandsPerOrder,
    get: place * readsPerOrder * (1 - pagesShare),
    page: place * readsPerOrder * pagesShare,
    delivery: place * (1 + commandsPerOrder) * endpoints,
  };
}

/** What a demand needs. */
export function needsOf(costs: Costs, demand: Demand, machines: Machines): Needs {
  const rates = ratesOf(demand);
  const { utilization } = machines;
  const eventsPerSecond = rates.place + rates.command;
  const busy = costOf(costs, rates, 0);
  const processes = Math.ceil(
    busy.server_us / MICROSECONDS_PER_SECOND / (utilization - costs.idle.server_us / MICROSECONDS_PER_SECOND),
  );
  const cost = costOf(costs, rates, processes);
  const used: Used = {
    eventsPerSecond,
    serverCores: cost.server_us / MICROSECONDS_PER_SECOND,
    postgresCores: cost.postgres_us / MICROSECONDS_PER_SECOND,
    redisCores: cost.redis_us / MICROSECONDS_PER_SECOND,
    walMegabytesPerSecond: cost.wal_bytes / 1e6,
  };
  const partitions = Math.ceil(eventsPerSecond / (costs.head_events_per_second * utilization));
  const postgresServers = Math.ceil(
    Math.max(
      used.postgresCores / (machines.postgresCores * utilization),
      used.walMegabytesPerSecond / (machines.walMegabytesPerSecond * utilization),
    ),
  );
  // A process has as many more as its pool for appends is larger.
  const moreConnections = appendPoolOf(DEFAULTS, partitions) - appendPoolOf(DEFAULTS, 1);
  const gigabytesPerMonth = (busy.disk_bytes * SECONDS_PER_MONTH) / demand.peakToAverage / 1e9;
  const gigabytesKept = gigabytesPerMonth * demand.keptMonths;
  const cores = (of: number) => Math.ceil(of / utilization);
  const allCores = processes + cores(used.postgresCores) * machines.copies + cores(used.redisCores);
  return {
    ...used,
    processes,
    partitions,
    postgresServers,
    connections: processes * (costs.connections + moreConnections),
    gigabytesPerMonth,
    gigabytesKept,
    pricePerMonth: allCores * machines.corePrice + gigabytesKept * machines.copies * machines.gigabytePrice,
    limits: limitsOf(costs, machines, used),
  };
}

type Used = Pick<
  Needs,
  'eventsPerSecond' | 'serverCores' | 'postgresCores' | 'redisCores' | 'walMegabytesPerSecond'
>;

function limitsOf(costs: Costs, machines: Machines, used: Used): Limit[] {
  const { postgresCores, walMegabytesPerSecond } = machines;
  const limits: Limit[] = [
    { what: 'one process', share: used.serverCores, remedy: 'more nodes, or HOLDFAST_WORKERS' },
    {
      what: 'one partition',
      share: used.eventsPerSecond / costs.head_events_per_second,
      remedy: 'HOLDFAST_PARTITIONS',
    },
    { what: 'cores of one Postgres', share: used.postgresCores / postgresCores, remedy: 'Citus' },
    {
      what: 'disk of one Postgres',
      share: used.walMegabytesPerSecond / walMegabytesPerSecond,
      remedy: 'Citus',
    },
    { what: 'one Redis', share: used.redisCores, remedy: 'Redis Cluster' },
  ];
  return limits.toSorted((a, b) => b.share - a.share);
}
