/**
 * The records of an order: each is one event, and its document a pure function of that event.
 *
 * Payments, shipments, returns and refunds are listed; an order has one cancellation or completion.
 */
import type { CommandType } from '../../../domain/order/commands.ts';
import { type EventType, recordIdOf } from '../../../domain/order/events.ts';
import type { StoredEvent } from '../../../store/log/event-row.ts';
import { answer, answerWrite } from '../../answer.ts';
import { commandContext } from '../../commands/command-context.ts';
import { runCommand } from '../../commands/run-command.ts';
import type { Executed } from '../../commands/execute.ts';
import type { Call, Handler } from '../../handler.ts';
import { Problem, type ProblemCode } from '../../problem/problem.ts';
import { readRecordEvent } from '../../../store/log/history.ts';
import { parseId } from '../../../store/ids.ts';
import { orderNotFound } from '../../commands/order-stream.ts';
import { answerHistoryPage } from './history.ts';

interface RecordKind {
  command: Exclude<CommandType, 'PlaceOrder' | 'UpdateOrder'>;
  event: EventType;
  /** Last segment of its path. */
  path: string;
  /** Name of the member with its time. */
  at: string;
  /** The problem of a missing record. */
  notFound: { code: ProblemCode; detail: string };
}

interface ListedKind extends RecordKind {
  /** For a record about another one: the path parameter and command member with the other's id. */
  within?: 'authorization_id' | 'payment_id' | 'hold_id';
}

/** The handlers of a record that an order can have many of. */
export function listedRecord(kind: ListedKind): { record: Handler; list: Handler; get: Handler } {
  const documentOf = (call: Call, event: StoredEvent) => ({
    id: recordIdOf(event),
    ...recordDocument(call, kind, event),
  });
  return {
    async record(call) {
      const done = await run(call, kind);
      const { event } = done;
      const about = kind.within && call.input.params[kind.within];
      const location = `/${call.edition.name}/orders/${event.order_id}/${kind.path}/${about ?? recordIdOf(event)}`;
      answerWrite(call.ctx, done, { status: 201, location, body: documentOf(call, event) });
    },

    list: (call) => answerHistoryPage(call, kind.path, kind.event, (event) => documentOf(call, event)),

    async get(call) {
      const id = call.input.params[`${kind.path.slice(0, -1)}_id`]!;
      const prefix = recordIdOf({ type: kind.event, event_id: '' }).slice(0, -1);
      answer(call.ctx, 200, documentOf(call, await find(call, kind, parseId(prefix, id) ?? NO_EVENT)));
    },
  };
}

/** The handlers of a record that an order can have one of. */
export function singleRecord(kind: RecordKind): { record: Handler; get: Handler } {
  return {
    async record(call) {
      const done = await run(call, kind);
      const location = `/${call.edition.name}/orders/${done.event.order_id}/${kind.path}`;
      answerWrite(call.ctx, done, { status: 201, location, body: recordDocument(call, kind, done.event) });
    },
    async get(call) {
      answer(call.ctx, 200, recordDocument(call, kind, await find(call, kind)));
    },
  };
}

/** No event has this id. */
const NO_EVENT = '0'.repeat(32);

/** @throws {Problem} 404 when there is no such order, or it has no such record */
async function find(
  { services, principal, input }: Call,
  { event: type, notFound }: RecordKind,
  eventId?: string,
): Promise<StoredEvent> {
  const found = await readRecordEvent(
    services.connections.of(principal.tenantId),
    principal,
    input.params['order_id']!,
    type,
    eventId,
  );
  if (found === undefined) throw orderNotFound();
  const [event] = found;
  if (event === undefined) throw new Problem(notFound.code, notFound.detail);
  await services.personal.openEvents(principal.partition, [event]);
  return event;
}

function run(call: Call, { command, within }: RecordKind & Pick<ListedKind, 'within'>): Promise<Executed> {
  const { params, body } = call.input;
  return runCommand(call, commandContext(call), {
    type: command,
    orderId: params['order_id']!,
    body: within === undefined ? body : Object.assign({}, body, { [within]: params[within] }),
  });
}

function recordDocument({ edition }: Call, kind: RecordKind, event: StoredEvent) {
  const { occurred_at = event.recorded_at, ...data } = edition.eventData(event) as { occurred_at?: string };
  return { order_id: event.order_id, ...data, [kind.at]: occurred_at };
}
