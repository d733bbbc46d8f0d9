/**
 * Facts about an order: each is one event, and its document is a pure function of that event.
 *
 * Some come as often as they like, and have a list (payments, shipments, returns, refunds); some once (cancellation, completion).
 */
import type { CommandType } from '../../../domain/order/commands.ts';
import type { EventType } from '../../../domain/order/events.ts';
import type { StoredEvent } from '../../../store/log/event-row.ts';
import { answer, answerWrite, commandContext } from '../../answer.ts';
import { runCommand } from '../../commands/run-command.ts';
import type { Executed } from '../../commands/execute.ts';
import type { Call, Handler } from '../../handler.ts';
import { Problem, type ProblemCode } from '../../problem/problem.ts';
import { answerHistoryPage, readHistory } from './history.ts';

interface Fact {
  command: Exclude<CommandType, 'PlaceOrder' | 'UpdateOrder'>;
  event: EventType;
  /** Last segment of its path. */
  path: string;
  /** The member that says when it was. */
  at: string;
  /** What it is when it is not there. */
  notFound: { code: ProblemCode; detail: string };
}

interface ListedFact extends Fact {
  /** Of its ids. */
  prefix: string;
}

/** A fact that there can be many of. */
export function listedFact(fact: ListedFact): { record: Handler; list: Handler; get: Handler } {
  const idOf = (event: StoredEvent) => `${fact.prefix}_${event.event_id.slice(4)}`;
  const documentOf = (call: Call, event: StoredEvent) => ({
    id: idOf(event),
    ...documentOfFact(call, fact, event),
  });
  return {
    async record(call) {
      const done = await run(call, fact);
      const { event } = done;
      const location = `/${call.edition.name}/orders/${event.order_id}/${fact.path}/${idOf(event)}`;
      answerWrite(call.ctx, done, { status: 201, location, body: documentOf(call, event) });
    },

    list: (call) =>
      answerHistoryPage(
        call,
        fact.path,
        (event) => event.type === fact.event,
        (event) => documentOf(call, event),
      ),

    async get(call) {
      const id = call.input.params[`${fact.path.slice(0, -1)}_id`];
      const found = (await readHistory(call)).find(
        (event) => event.type === fact.event && idOf(event) === id,
      );
      if (found === undefined) throw new Problem(fact.notFound.code, fact.notFound.detail);
      answer(call.ctx, 200, documentOf(call, found));
    },
  };
}

/** A fact that there can be one of. */
export function singleFact(fact: Fact): { record: Handler; get: Handler } {
  return {
    async record(call) {
      const done = await run(call, fact);
      const location = `/${call.edition.name}/orders/${done.event.order_id}/${fact.path}`;
      answerWrite(call.ctx, done, { status: 201, location, body: documentOfFact(call, fact, done.event) });
    },
    async get(call) {
      const found = (await readHistory(call)).find((event) => event.type === fact.event);
      if (found === undefined) throw new Problem(fact.notFound.code, fact.notFound.detail);
      answer(call.ctx, 200, documentOfFact(call, fact, found));
    },
  };
}

const run = (call: Call, { command }: Fact): Promise<Executed> =>
  runCommand(call, commandContext(call), {
    type: command,
    orderId: call.input.params['order_id']!,
    body: call.input.body,
  });

const documentOfFact = ({ edition }: Call, fact: Fact, event: StoredEvent) => ({
  order_id: event.order_id,
  ...edition.eventData(event),
  [fact.at]: event.recorded_at,
});
