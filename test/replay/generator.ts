/**
 * Generates the log of an invented shop, the same for each seed. The rules decide the events, a
 * random number decides their times and causes. Ids and keys are counters and times, so the file
 * packs well.
 */
import { hash } from 'node:crypto';
import { fingerprint } from '../../domain/order/request.ts';
import { type LogHeader, type LogLine, writeLine } from '../../store/archive/log-file.ts';
import { type Happened, liveLife } from './life.ts';
import { type Random, createRandom } from './random.ts';

const START = Date.UTC(2026, 0, 5);
const DAY = 86_400_000;
const DAYS = 90;

/** Two shops in one partition, so that their events interleave. */
const PARTITION = 1;
const TENANTS = [
  { tenant_id: '019b8000-0000-7000-8000-000000000001', name: 'Kelp & Söhne', customers: 1_200, share: 0.8 },
  { tenant_id: '019b8000-0000-7000-8000-000000000002', name: 'Tide', customers: 150, share: 0.2 },
] as const;

/** UUIDs in the form of version 7: the day first, then a counter. */
function countedUuid(at: number, kind: number, count: number): string {
  const time = (at - (at % DAY)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${kind}00-8000-${count.toString(16).padStart(12, '0')}`;
}

/** Times in the daytime, more of them towards the end. */
function placedAt(random: Random): number {
  const day = Math.floor(DAYS * Math.sqrt(random.next()));
  const hour = 6 + 8 * (random.next() + random.next());
  return START + day * DAY + 1_000 * Math.floor(hour * 3_600);
}

/** The idempotency keys of different callers have different forms. */
function keyOf({ command, event }: Happened, number: number): string {
  const verb = command.type.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  return number % 10 === 0 ? `"${number}"/${verb};v=${event.version}` : `${verb}-${number}-${event.version}`;
}

type Placed = Happened & { tenantId: string; number: number; orderId: string };

/** The events of one order, before they get a position in the log. */
function eventsOf(random: Random, number: number): Placed[] {
  const tenant = random.chance(TENANTS[0].share) ? TENANTS[0] : TENANTS[1];
  const at = placedAt(random);
  const orderId = countedUuid(at, 1, number);
  const life = liveLife({
    random,
    orderId: `ord_${orderId.replaceAll('-', '')}`,
    placedAt: at,
    customers: tenant.customers,
  });
  const whose = { tenantId: tenant.tenant_id, number, orderId };
  return life.map((each) => Object.assign(each, whose));
}

function lineOf(placed: Placed, position: number): LogLine {
  const { at, command, event, tenantId, number, orderId } = placed;
  const order_id = command.type === 'PlaceOrder' ? null : event.order_id;
  const traced = position % 50 === 0;
  return {
    partition: PARTITION,
    position,
    tenant_id: tenantId,
    order_id: orderId,
    version: event.version,
    event_id: countedUuid(at, 2, position),
    type: event.type,
    schema_version: 1,
    idempotency_key: keyOf(placed, number),
    fingerprint: fingerprint({ ...command, order_id }).toString('hex'),
    recorded_at: `${new Date(at).toISOString().slice(0, -1)}000Z`,
    traceparent: traced
      ? `00-${hash('sha256', `trace ${position}`).slice(0, 32)}-${'1'.repeat(16)}-01`
      : null,
    // The oldest events were recorded before events had a key id.
    key_id: position <= 200 ? null : countedUuid(START, 3, Number(tenantId.at(-1))),
    data: JSON.stringify(event.data, withoutNewer(event.type)),
  };
}

/** Members that the rules compute since schema version 2; the recorded log is of version 1. */
const NEWER: Partial<Record<string, readonly string[]>> = {
  ItemsReturned: ['amount'],
  RefundRecorded: ['counts', 'payments'],
  OrderCancelled: ['lines', 'amount'],
};

const withoutNewer = (type: string) => (name: string, value: unknown) =>
  NEWER[type]?.includes(name) ? undefined : value;

/**
 * The lines of the file, the header first.
 *
 * @param orders the number of orders
 */
export function recordShop(seed: number, orders: number): string[] {
  const random = createRandom(seed);
  const events = Array.from({ length: orders }, (_, index) => eventsOf(random, index + 1)).flat();
  events.sort((a, b) => a.at - b.at || a.number - b.number || a.event.version - b.event.version);
  const header: LogHeader = {
    holdfast_log: 1,
    events: events.length,
    partitions: [{ partition: PARTITION, events: events.length, last_position: events.length }],
    tenants: TENANTS.map(({ tenant_id, name }) => ({
      tenant_id,
      name,
      partition: PARTITION,
      created_at: `${new Date(START - DAY).toISOString().slice(0, -1)}123Z`,
    })),
  };
  return [JSON.stringify(header), ...events.map((placed, index) => writeLine(lineOf(placed, index + 1)))];
}
