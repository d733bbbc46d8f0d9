/** Goods, customers and currencies of the recorded shop. */
import type { Address } from '../../domain/order/address.ts';
import type { Command } from '../../domain/order/commands.ts';
import { minorUnits } from '../../domain/currency.ts';
import type { Random } from './random.ts';

const NAMES = [
  'Ada Byrne',
  'Søren Dahl',
  '山田 花子',
  'José Núñez',
  'Zoë Åberg',
  'Łucja Wójcik',
  'O’Neill & Sons',
];
const PLACES: Pick<Address, 'line1' | 'city' | 'country' | 'postal_code' | 'region'>[] = [
  { line1: '3 Harbour Row', city: 'Galway', country: 'IE' },
  { line1: 'Hafnarstræti 20', city: 'Reykjavík', postal_code: '101', country: 'IS' },
  { line1: '1-2-3 Ginza', city: '東京', region: '中央区', postal_code: '104-0061', country: 'JP' },
  { line1: 'Lindenstraße 7', city: 'Köln', postal_code: '50674', country: 'DE' },
  { line1: 'شارع الخليج', city: 'Kuwait City', country: 'KW' },
];
const GOODS = [
  'Kelp',
  'Dulse',
  'Nori',
  'Wakame',
  'Laver',
  'Carrageen',
  'Sea salt',
  'Oyster knife',
  'Tide table',
];
const KINDS = ['dried', 'fresh', 'smoked "old style"', 'powder 🌊', '2 kg'];
/** Most orders are in euros. */
const CURRENCIES = ['EUR', 'EUR', 'EUR', 'EUR', 'USD', 'GBP', 'JPY', 'KWD', 'ISK', 'CHF'];

export function anAddress(random: Random): Address {
  const address = { name: random.pick(NAMES), ...random.pick(PLACES) };
  return random.chance(0.2) ? { ...address, line2: `Flat ${random.between(1, 30)}` } : address;
}

/** Mostly a few lines; sometimes a hundred lines, a price of 0 or a very high price. */
export function anOrderOf(random: Random, customers: number): Command<'PlaceOrder'>['data'] {
  const currency = random.pick(CURRENCIES);
  const unit = 10 ** (minorUnits(currency) ?? 2);
  const special = random.next();
  const count = special < 0.002 ? 100 : random.chance(0.65) ? 1 : random.between(2, 4);
  const lines = Array.from({ length: count }, () => {
    const good = random.between(0, GOODS.length - 1);
    const kind = random.between(0, KINDS.length - 1);
    const price = Math.max(1, Math.round((good + 1) * (kind + 2) * 0.45 * unit));
    return {
      sku: `SEA-${good}${kind}`,
      name: `${GOODS[good]}, ${KINDS[kind]}`,
      quantity: random.chance(0.7) ? random.between(1, 3) : random.between(4, 40),
      unit_price: special > 0.99 ? 0 : special > 0.985 ? price * 1_000_000 : price,
    };
  });
  const metadata: Record<string, string> = random.chance(0.3)
    ? { channel: random.pick(['web', 'till', 'app']) }
    : {};
  if (random.chance(0.05)) metadata['42'] = 'a name that is a number';
  return {
    customer_id: `cus_${Math.floor(customers * random.next() ** 2)}`,
    currency,
    lines,
    shipping_address: random.chance(0.7) ? anAddress(random) : null,
    metadata,
  };
}
