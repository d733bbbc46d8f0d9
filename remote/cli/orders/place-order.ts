/** `npx holdfast orders place` and `orders resume`: an order is placed once, whatever happens. */
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { type CliCommand, CommandError, UsageError, quoted } from '../../../command-line/command.ts';
import { openInput } from '../../../command-line/input.ts';
import { listenForSignals } from '../../../command-line/signals.ts';
import { HoldfastUnavailable, type Schemas, attemptsOf, isReplay } from '../../../openapi/client/client.ts';
import { loadConfig } from '../../../platform/config.ts';
import { type ServerClient, openClient } from '../../client/server-client.ts';
import { type PendingOrders, openPendingOrders } from './pending-orders.ts';
import { moneyText, orderName } from './order-text.ts';

type Order = Schemas['Order'];

export const place: CliCommand = {
  summary:
    'Place the order in a file; - is standard input. It is the body of POST /v2/orders. ' +
    'A repeat with the same key places no second order.',
  positionals: ['FILE'],
  options: {
    key: { placeholder: 'KEY', help: 'idempotency key, 1 to 255 ASCII characters; default: a new one' },
  },
  async run({ positionals: [path = ''], values }, { httpAccess }) {
    const key = keyFrom(values['key'] ?? crypto.randomUUID());
    const body = await orderIn(path);
    const access = await httpAccess();
    const pending = await openPendingOrders(loadConfig().settingsDir, access);
    const store = await pending.open(key);
    const { signal, end } = listenForSignals();
    try {
      const client = openClient(access, { keys: store });
      process.stderr.write(`Sends the order to ${access.url} with the idempotency key ${key}\n`);
      const header = { 'Idempotency-Key': headerOf(key) };
      const call = client.POST('/v2/orders', { params: { header }, body: body as never, signal });
      const response = call.catch((error: unknown) => {
        throw outcomeUnknown(error, key, signal, client);
      });
      return await outputOf(client, key, await response);
    } finally {
      end();
      await store.close();
    }
  },
};

const keyFrom = (given: string): string => {
  if (/^[\x21-\x7e]{1,255}$/.test(given)) return given;
  throw new UsageError('--key must have 1 to 255 ASCII letters, digits and signs, without spaces.');
};

/** A Structured Fields string: a key that begins with a quote stays the same. */
const headerOf = (key: string): string => `"${key.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

async function orderIn(path: string): Promise<object> {
  const given = await text(Readable.from(openInput(path).read()));
  let body: unknown;
  try {
    body = JSON.parse(given);
  } catch (error) {
    throw new CommandError(`FILE: ${quoted(path)} is not JSON (${(error as Error).message}).`, {
      cause: error,
    });
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new CommandError(
    `FILE: ${quoted(path)} must be one object, the body of POST /v2/orders. For many orders: npx holdfast import FILE`,
  );
}

function outcomeUnknown(error: unknown, key: string, signal: AbortSignal, client: ServerClient): unknown {
  const reason = signal.aborted
    ? 'Stopped.'
    : error instanceof HoldfastUnavailable
      ? (client.explained(error) as Error).message
      : undefined;
  if (reason === undefined) return error;
  return new CommandError(`${reason}\n${unknownText(key)}`, { cause: error });
}

const unknownText = (key: string) =>
  'It is not known whether the order was placed. To find out, and to place it if it was not:\n' +
  `  npx holdfast orders resume ${key}`;

interface Answer {
  data?: Order;
  error?: unknown;
  response: Response;
}

async function outputOf(client: ServerClient, key: string, answer: Answer) {
  const order = await client.read(Promise.resolve(answer)).catch((error: Error) => {
    if (attemptsOf(answer.response)?.gaveUp === undefined) throw error;
    throw new CommandError(`${error.message}\n${unknownText(key)}`, { cause: error });
  });
  const replayed = isReplay(answer.response);
  return {
    data: { idempotency_key: key, replayed, order },
    text: `${replayed ? 'Already placed' : 'Placed'}: order ${orderName(order)}, total ${moneyText(order.total)}.`,
  };
}

export const resume: CliCommand = {
  summary: 'Finish an order whose outcome is not known; without KEY, all of them. Places none twice.',
  positionals: ['[KEY]'],
  options: {
    'all-keys': {
      help: 'also orders of other API keys of this server: after a rotation, in the same tenant',
    },
  },
  async run({ positionals: [given], flags }, { httpAccess }) {
    const access = await httpAccess();
    const pending = await openPendingOrders(loadConfig().settingsDir, access);
    if (flags.has('all-keys')) await pending.takeOver();
    const keys = given === undefined ? await pending.keys() : [keyFrom(given)];
    const outcomes = [];
    for (const key of keys) outcomes.push(await resumed(key, pending, access));
    const lines = outcomes.map(({ idempotency_key, text: line }) => `${idempotency_key}: ${line}`);
    return {
      data: outcomes.map(({ idempotency_key, outcome, order_id }) => ({
        idempotency_key,
        outcome,
        order_id,
      })),
      text: lines.length === 0 ? noneText(await pending.countOfOthers()) : lines.join('\n'),
    };
  },
};

const noneText = (ofOthers: number): string =>
  ofOthers === 0
    ? 'No order waits for its outcome.'
    : `No order of this API key waits for its outcome. Of other keys of this server: ${ofOthers}. ` +
      'If this key has replaced the other one: npx holdfast orders resume --all-keys\n' +
      'If it is a key of another tenant, do not: that tenant would get the orders, too.';

async function resumed(key: string, pending: PendingOrders, access: Parameters<typeof openClient>[0]) {
  const store = await pending.open(key);
  const client = openClient(access, { keys: store });
  try {
    const result = await client.resume(key).catch((error: unknown) => {
      throw client.explained(error);
    });
    switch (result.outcome) {
      case 'took_effect': {
        const { order_id } = result.receipt;
        return {
          idempotency_key: key,
          outcome: 'placed',
          order_id,
          text: `placed before, order ${order_id}`,
        };
      }
      case 'not_sent':
        return {
          idempotency_key: key,
          outcome: 'not_placed',
          order_id: null,
          text: 'not placed, and not kept here. To place it: npx holdfast orders place FILE --key KEY',
        };
      case 'sent_again': {
        const { data, response } = result;
        const answer = response.ok ? { data: data as Order, response } : { error: data, response };
        const { data: placed, text: line } = await outputOf(client, key, answer);
        await store.remove(key);
        return { idempotency_key: key, outcome: 'placed', order_id: placed.order.id, text: line };
      }
    }
  } finally {
    await store.close();
  }
}
