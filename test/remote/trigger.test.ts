/** `npx holdfast trigger` causes each event of the contract. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RECIPES, trigger } from '../../remote/cli/trigger.ts';
import { parseCommandLine } from '../../command-line/parse.ts';
import { createCommands } from '../../process/cli/commands.ts';
import { loadSpec } from '../../api/contract/spec.ts';
import { PERSONAL_KEY } from '../personal/orders.ts';
import { withTestKey } from '../setup/test-key.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
let apiKey: string;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_PERSONAL_KEY: PERSONAL_KEY });
  ({ apiKey } = await withTestKey(shop));
});
afterAll(() => shop.close());

const run = (type: string, key = apiKey) =>
  trigger.run({ positionals: [type], values: {}, flags: new Set() }, {
    httpAccess: async () => ({ url: shop.url, apiKey: key, apiKeySource: 'this test' }),
  } as never);

test('it knows the events of the contract', () => {
  const { document } = loadSpec('v2') as unknown as {
    document: { components: { schemas: { Event: { discriminator: { mapping: Record<string, string> } } } } };
  };
  expect(Object.keys(RECIPES).toSorted()).toEqual(
    Object.keys(document.components.schemas.Event.discriminator.mapping).toSorted(),
  );
});

test.each(Object.keys(RECIPES))('%s', async (type) => {
  const { position } = (await run(type))!.data as { position: number };
  const { json } = await shop.ask(`/v2/events?limit=1&after_position=${position - 1}`, { apiKey });
  expect(json.data).toMatchObject([{ type, position }]);
});

test('an unknown event is refused with the nearest one', async () => {
  const never = () => Promise.reject(new Error('it migrated'));
  const commands = createCommands({ migrate: never, inspect: never });
  await expect(parseCommandLine(commands, ['trigger', 'OrderPlacd'])).rejects.toThrow(
    'npx holdfast trigger: unknown EVENT "OrderPlacd". Did you mean OrderPlaced? Choices: OrderPlaced,',
  );
});

test('a live key is refused', async () => {
  await expect(run('OrderPlaced', shop.apiKey)).rejects.toThrow('needs a test key');
});
