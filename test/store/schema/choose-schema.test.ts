/** Which schema a process uses: HOLDFAST_SCHEMA, else where the database has an installation. */
import { expect, test } from '@jest/globals';
import { chooseSchema } from '../../../store/schema/choose-schema.ts';

const LOCATION = { server: 'db.example.com:5432', role: 'shop', database: 'shop' };
const choose = (found: string[], wanted: string | undefined, isNew: boolean) => {
  try {
    return chooseSchema({ found, wanted, isNew }, LOCATION);
  } catch (error) {
    return (error as Error).message.replaceAll('\n', ' ');
  }
};
const NONE_IN = (found: string, name: string) =>
  `The database "shop" at db.example.com:5432 has Holdfast in the schema ${found}, and none in ${name}. ` +
  `Set HOLDFAST_SCHEMA=${found} to use it. ` +
  `For another installation beside it, run once: HOLDFAST_SCHEMA=${name} npx holdfast migrate --new`;

test.each<[found: string[], wanted: string | undefined, isNew: boolean, outcome: string]>([
  // A new installation.
  [[], undefined, false, 'holdfast'],
  [[], 'shop', false, 'shop'],
  [[], 'public', false, 'public'],
  // It stays where it is.
  [['holdfast'], undefined, false, 'holdfast'],
  [['public'], undefined, false, 'public'],
  [['public'], 'public', false, 'public'],
  [['shop'], 'shop', false, 'shop'],
  // Beside another one.
  [['holdfast', 'shop'], undefined, false, 'holdfast'],
  [['public', 'shop'], undefined, false, 'public'],
  [['public', 'shop'], 'shop', false, 'shop'],
  [['shop'], 'books', true, 'books'],
  [['public'], 'books', true, 'books'],
  [['books', 'shop'], 'books', true, 'books'],
  // Never an empty log by mistake.
  [['public'], 'holdfast', false, NONE_IN('public', 'holdfast')],
  [['holdfast'], 'shop', false, NONE_IN('holdfast', 'shop')],
  [['shop'], undefined, false, NONE_IN('shop', 'holdfast')],
  [
    ['holdfast', 'public'],
    undefined,
    false,
    'The database "shop" at db.example.com:5432 has Holdfast in the schemas holdfast and public. Set HOLDFAST_SCHEMA to the one to use.',
  ],
])('found %j, wanted %s, --new %s: %s', (found, wanted, isNew, outcome) => {
  expect(choose(found, wanted, isNew)).toBe(outcome);
});
