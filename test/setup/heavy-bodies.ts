/** Bodies of the maximum size, each expensive in another way. */

const MAX_BYTES = 4_194_304;

/** A list of as many items as fit. */
function filled(head: string, item: (n: number) => string, tail: string, most = Infinity): string {
  const items: string[] = [];
  let length = head.length + tail.length;
  for (let n = 0; n < most; n += 1) {
    const text = item(n);
    length += text.length + 1;
    if (length > MAX_BYTES) break;
    items.push(text);
  }
  return head + items.join(',') + tail;
}

const many = (count: number, item: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => item(n)).join(',');
const name = (n: number) => n.toString(36);
/** An item of a batch. */
const keyed = (order: string, n: number) => `{"idempotency_key":"heavy-${n}","order":${order}}`;
/** Lists of 999 items, so that no single list is too long. */
const inLists = (item: (n: number) => string) =>
  filled('{"orders":[', (n) => `[${many(999, (m) => item(n * 999 + m))}]`, ']}');

const LINE = '{"sku":"A","name":"a","quantity":1,"unit_price":1}';
const order = (lines: string) => `{"customer_id":"c","currency":"EUR","lines":[${lines}]}`;
const MANY_NAMES = (n: number) => `{${many(700, (m) => `"${name(n * 700 + m)}":1`)}}`;

/** Bodies by their cost, with the status that `POST /v1/order-batches` answers. */
export const HEAVY_BODIES: Record<string, [body: string, status: number]> = {
  'a million and more empty orders': [filled('{"orders":[', () => '{}', ']}'), 422],
  '500 orders of as much as fits': [
    filled('{"orders":[', (n) => keyed(order(many(100, () => LINE)), n), ']}', 500),
    207,
  ],
  'brackets, two million deep': ['['.repeat(MAX_BYTES / 2) + ']'.repeat(MAX_BYTES / 2), 422],
  'objects, deep': ['{"a":'.repeat(MAX_BYTES / 6) + '1' + '}'.repeat(MAX_BYTES / 6), 422],
  'lists of empty objects': [inLists(() => '{}'), 422],
  'lists of empty lists': [inLists(() => '[]'), 422],
  'objects of a name each': [inLists((n) => `{"${name(n)}":1}`), 422],
  'one object of all names': [filled('{', (n) => `"${name(n)}":1`, '}'), 422],
  'orders of other names, 350,000 in all': [
    filled('{"orders":[', (n) => keyed(MANY_NAMES(n), n), ']}', 490),
    207,
  ],
  'orders of metadata alone': [
    filled('{"orders":[', (n) => keyed(`{"metadata":${MANY_NAMES(n)}}`, n), ']}', 490),
    207,
  ],
  'orders of invalid lines': [
    filled('{"orders":[', (n) => keyed(order(many(190, () => '{"a":1,"b":2}')), n), ']}', 490),
    207,
  ],
  'texts that differ': [inLists((n) => `"${name(n)}"`), 422],
  'one text': [`{"orders":"${'x'.repeat(MAX_BYTES - 20)}"}`, 422],
  'one name': [`{"${'x'.repeat(MAX_BYTES - 20)}":1}`, 422],
  'one text of escapes': [`{"orders":"${'\\"'.repeat((MAX_BYTES - 20) / 2)}"}`, 422],
  'an idempotency key without end': [
    filled('{"orders":[', () => `{"idempotency_key":"${'x'.repeat(4_000_000)}","order":{}}`, ']}'),
    422,
  ],
  'a customer without end': [
    `{"orders":[${keyed(`{"customer_id":"${'é'.repeat(1_900_000)}","currency":"EUR","lines":[]}`, 1)}]}`,
    207,
  ],
  'a number of four million digits': [`{"orders":${'9'.repeat(MAX_BYTES - 20)}}`, 422],
  'a fraction of four million digits': [`{"orders":0.${'9'.repeat(MAX_BYTES - 20)}}`, 422],
  'numbers of 400 digits': [inLists(() => '9'.repeat(400)), 422],
  spaces: [`{"orders":${' '.repeat(MAX_BYTES - 20)}[]}`, 422],
  'a member twice, at both ends': [`{"orders":[],"x":"${'x'.repeat(MAX_BYTES - 60)}","orders":[]}`, 400],
  'only colons': [':'.repeat(MAX_BYTES), 400],
  'only quotes': ['"'.repeat(MAX_BYTES), 400],
  'only commas': [`[${','.repeat(MAX_BYTES - 2)}]`, 422],
  'a bracket, and then spaces': [`[${' '.repeat(MAX_BYTES - 1)}`, 400],
};
