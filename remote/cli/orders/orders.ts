/** `npx holdfast orders`: the orders of the tenant of an API key, over HTTP. */
import { type CliCommand, type CommandGroup, table } from '../../../command-line/command.ts';
import { openClient } from '../../client/server-client.ts';
import { findOrder } from './find-order.ts';
import { list } from './list-orders.ts';
import { orderText } from './order-text.ts';
import { place, resume } from './place-order.ts';

/** Characters of the data of an event in a table; `--json` has all of it. */
const DATA_CHARACTERS_MAX = 80;

const shortened = (text: string): string =>
  text.length > DATA_CHARACTERS_MAX ? `${text.slice(0, DATA_CHARACTERS_MAX)}…` : text;

const get: CliCommand = {
  summary: 'Show an order.',
  positionals: ['ORDER'],
  async run({ positionals: [given = ''] }, { httpAccess }) {
    const order = await findOrder(openClient(await httpAccess()), given);
    return { data: order, text: orderText(order) };
  },
};

const history: CliCommand = {
  summary: 'List the events of an order, oldest first.',
  positionals: ['ORDER'],
  async run({ positionals: [given = ''] }, { httpAccess }) {
    const client = openClient(await httpAccess());
    const { id } = await findOrder(client, given);
    const events = [];
    try {
      const path = '/v2/orders/{order_id}/events';
      for await (const event of client.items(path, { params: { path: { order_id: id } } }))
        events.push(event);
    } catch (error) {
      throw client.explained(error);
    }
    const rows = events.map((each) => [
      String(each.version),
      each.recorded_at,
      each.type,
      shortened(JSON.stringify(each.data)),
    ]);
    return { data: events, text: table(['VERSION', 'RECORDED', 'EVENT', 'DATA'], rows) };
  },
};

export const orders: CommandGroup = { list, get, place, resume, history };
