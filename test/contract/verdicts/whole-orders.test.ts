/** Contract v2 and the command schemas accept the same bodies, with every member of an order. */
import { describe, expect, test } from '@jest/globals';
import { type CommandType } from '../../../domain/order/commands.ts';
import { address, id, key, takenByDomain, verdicts } from './verdicts.ts';

const eur = (amount: unknown) => ({ amount, currency: 'EUR' });
const line = (change: object = {}) => ({ name: 'a', quantity: 1, unit_price: eur(1), ...change });
const order = (change: object = {}) => ({ lines: [line()], ...change });
const ofLine = (change: object) => order({ lines: [line(change)] });
const ofCharge = (change: object) => order({ charges: [{ kind: 'tip', price: eur(1), ...change }] });
const tax = (change: object = {}) => ({ name: 'VAT', amount: eur(1), ...change });
const many = (count: number, item: unknown) => Array.from({ length: count }, () => item);
const entries = (count: number) => Object.fromEntries(many(count, 0).map((_, n) => [`k${n}`, 'v']));
const recordId = (prefix: string) => `${prefix}_${'0'.repeat(32)}`;
const piece = { line_id: 'line_1', quantity: 1 };

type Bodies = [what: string, body: object, good: boolean][];

const PLACING: Bodies = [
  ['a guest', order(), true],
  ['a guest as null', order({ customer_id: null }), true],
  ['customer .', order({ customer_id: '.' }), false],
  ['customer ..', order({ customer_id: '..' }), false],
  ['customer ...', order({ customer_id: '...' }), true],
  ['customer .x', order({ customer_id: '.x' }), true],
  ['a line without SKU', ofLine({ sku: null }), true],
  ['an empty SKU', ofLine({ sku: '' }), false],
  ['a free line', ofLine({ unit_price: eur(0), discount: eur(0), tax: eur(0), taxes: [] }), true],
  ['a negative discount', ofLine({ discount: eur(-1) }), false],
  ['half a cent of tax', ofLine({ tax: eur(0.5) }), false],
  ['a tax in text', ofLine({ tax: eur('1') }), false],
  ['money without its currency', ofLine({ tax: { amount: 1 } }), false],
  ['the largest tax', ofLine({ tax: eur(999_999_999_999) }), true],
  ['a larger tax', ofLine({ tax: eur(1_000_000_000_000) }), false],
  ['20 taxes of a line', ofLine({ taxes: many(20, tax()) }), true],
  ['21 taxes of a line', ofLine({ taxes: many(21, tax()) }), false],
  ['a tax without a name', ofLine({ taxes: [{ amount: eur(1) }] }), false],
  ['a rate of 0.19', ofLine({ taxes: [tax({ rate: 0.19 })] }), true],
  ['a rate of 1000', ofLine({ taxes: [tax({ rate: 1_000 })] }), true],
  ['a rate of 1001', ofLine({ taxes: [tax({ rate: 1_001 })] }), false],
  ['a rate of null', ofLine({ taxes: [tax({ rate: null })] }), true],
  ['no line reference, as null', ofLine({ reference: null }), true],
  ['a tax with more', ofLine({ taxes: [tax({ country: 'DE' })] }), false],
  ['64 characters of line reference', ofLine({ reference: 'x'.repeat(64) }), true],
  ['65 characters of line reference', ofLine({ reference: 'x'.repeat(65) }), false],
  ['10 entries of line metadata', ofLine({ metadata: entries(10) }), true],
  ['11 entries of line metadata', ofLine({ metadata: entries(11) }), false],
  ['a line that ships', ofLine({ ships: true }), true],
  ['a line that does not ship', ofLine({ ships: false }), true],
  ['a line that ships perhaps', ofLine({ ships: null }), false],
  ['a line with an id', ofLine({ id: 'line_1' }), false],
  [
    'each kind of charge',
    order({
      charges: ['shipping', 'handling', 'fee', 'tip', 'gift_wrap'].map((kind) => ({ kind, price: eur(0) })),
    }),
    true,
  ],
  ['another kind of charge', ofCharge({ kind: 'bribe' }), false],
  ['a charge without a price', order({ charges: [{ kind: 'tip' }] }), false],
  ['a charge with every member', ofCharge({ name: 'Tip', discount: eur(1), tax: eur(0) }), true],
  ['a charge with taxes', ofCharge({ taxes: [] }), false],
  ['50 charges', order({ charges: many(50, { kind: 'tip', price: eur(1) }) }), true],
  ['51 charges', order({ charges: many(51, { kind: 'tip', price: eur(1) }) }), false],
  ['empty lists', order({ charges: [], discounts: [], taxes: [], tags: [] }), true],
  ['a discount with its code', order({ discounts: [tax({ code: 'TEN' })] }), true],
  ['a discount with an empty code', order({ discounts: [tax({ code: '' })] }), false],
  ['a discount with a rate', order({ discounts: [tax({ rate: 10 })] }), false],
  ['21 discounts', order({ discounts: many(21, tax()) }), false],
  ['20 taxes', order({ taxes: many(20, tax()) }), true],
  ['21 taxes', order({ taxes: many(21, tax()) }), false],
  ['the largest rounding', order({ rounding: eur(1_000_000) }), true],
  ['the smallest rounding', order({ rounding: eur(-1_000_000) }), true],
  ['a larger rounding', order({ rounding: eur(1_000_001) }), false],
  ['a smaller rounding', order({ rounding: eur(-1_000_001) }), false],
  [
    'each stated total',
    order({ stated: { total: eur(1), tax_total: eur(0), discount_total: eur(0) } }),
    true,
  ],
  ['no stated total', order({ stated: {} }), true],
  ['another stated total', order({ stated: { charge_total: eur(0) } }), false],
  ['prepaid', order({ payment_terms: 'prepaid' }), true],
  ['on invoice', order({ payment_terms: 'open' }), true],
  ['on other terms', order({ payment_terms: 'later' }), false],
  ['prices with tax', order({ prices_include_tax: true }), true],
  ['prices with tax, in text', order({ prices_include_tax: 'yes' }), false],
  ['a reference', order({ reference: 'x'.repeat(64) }), true],
  ['a longer reference', order({ reference: 'x'.repeat(65) }), false],
  ['no reference, as null', order({ reference: null }), true],
  ['series W-', order({ series: 'W-' }), true],
  ['20 characters of series', order({ series: 'x'.repeat(20) }), true],
  ['21 characters of series', order({ series: 'x'.repeat(21) }), false],
  ['a series that ends with a digit', order({ series: 'W2' }), false],
  ['a series with a space', order({ series: 'W ' }), false],
  ['an empty series', order({ series: '' }), false],
  ['a number', order({ number: '2026/11 4' }), true],
  ['an empty number', order({ number: '' }), false],
  ['an e-mail address', order({ email: 'ada@example.com' }), true],
  ['an e-mail address without @', order({ email: 'ada' }), false],
  ['an e-mail address with two @', order({ email: 'a@b@c' }), false],
  ['an e-mail address with a space', order({ email: 'a b@c' }), false],
  ['an e-mail address with a no-break space', order({ email: 'a\u00a0b@c' }), false],
  ['254 characters of e-mail', order({ email: `a@${'x'.repeat(252)}` }), true],
  ['255 characters of e-mail', order({ email: `a@${'x'.repeat(253)}` }), false],
  ['a phone number', order({ phone: '+353 91 1' }), true],
  ['41 characters of phone', order({ phone: '1'.repeat(41) }), false],
  ['a note of two lines', order({ note: 'a\nb\r\n\tc' }), true],
  ['a note with a lone carriage return', order({ note: 'a\rb' }), false],
  ['a note with a NUL', order({ note: 'a\u0000b' }), false],
  ['2000 characters of note', order({ note: 'x'.repeat(2_000) }), true],
  ['2001 characters of note', order({ note: 'x'.repeat(2_001) }), false],
  ['20 tags', order({ tags: many(20, 'x'.repeat(40)) }), true],
  ['21 tags', order({ tags: many(21, 'x') }), false],
  ['half a surrogate pair', order({ tags: ['a\ud800b'] }), false],
  ['an empty tag', order({ tags: [''] }), false],
  ['a tag of 41 characters', order({ tags: ['x'.repeat(41)] }), false],
  ['a time', order({ ordered_at: '2026-03-14T09:26:53Z' }), true],
  ['a time with its zone', order({ ordered_at: '2026-03-14T09:26:53.5+02:00' }), true],
  ['a time without a zone', order({ ordered_at: '2026-03-14T09:26:53' }), false],
  ['a day', order({ ordered_at: '2026-03-14' }), false],
  ['a second 60', order({ ordered_at: '2026-03-14T09:26:60Z' }), false],
  [
    'a billing address',
    order({ billing_address: { ...address, company: 'x', line3: 'y', phone: '1' } }),
    true,
  ],
  ['no billing address, as null', order({ billing_address: null }), true],
  ['no company, as null', order({ billing_address: { ...address, company: null, line2: null } }), true],
  ['a billing address without a city', order({ billing_address: { ...address, city: undefined } }), true],
  ['a billing address of a country alone', order({ billing_address: { country: 'IE' } }), true],
  ['an empty billing address', order({ billing_address: {} }), false],
  ['a billing address of ie', order({ billing_address: { country: 'ie' } }), false],
  ['a discount with a code only', order({ discounts: [{ code: 'TEN', amount: eur(1) }] }), true],
  ['a discount with an empty name', order({ discounts: [{ name: '', amount: eur(1) }] }), false],
  [
    'a company of 201 characters',
    order({ shipping_address: { ...address, company: 'x'.repeat(201) } }),
    false,
  ],
  ['a computed member', order({ tax_total: eur(0) }), false],
];

const UPDATES: Bodies = [
  ['each member', { billing_address: address, email: 'a@b', phone: '1', note: 'a\nb', tags: ['x'] }, true],
  ['each member as null', { billing_address: null, email: null, phone: null, note: null, tags: null }, true],
  ['a patched company', { shipping_address: { company: null, line3: 'x', phone: null } }, true],
  ['a billing name as null', { billing_address: { name: null, country: null } }, true],
  ['a shipping name as null', { shipping_address: { name: null } }, false],
  ['no tags', { tags: [] }, true],
  ['21 tags', { tags: many(21, 'x') }, false],
  ['an e-mail address without @', { email: 'ada' }, false],
  ['a reference', { reference: 'x' }, false],
  ['a time', { ordered_at: '2026-03-14T09:26:53Z' }, false],
];

/** Members that payments, refunds, authorizations and reversals share. */
const transactions = (rest: object): Bodies => [
  ['a provider', { ...rest, provider: 'stripe', reference: 'x'.repeat(200) }, true],
  ['a provider with a space', { ...rest, provider: 'a b' }, false],
  ['a provider as null', { ...rest, provider: null }, true],
  ['a provider of 41 characters', { ...rest, provider: 'x'.repeat(41) }, false],
  ['no reference', { ...rest, reference: null }, true],
  ['201 characters of reference', { ...rest, reference: 'x'.repeat(201) }, false],
];
const timed = (name: string, rest: object): Bodies => [
  [name, { ...rest, [name]: '2026-03-14T09:26:53Z' }, true],
  [`${name} as a day`, { ...rest, [name]: '2026-03-14' }, false],
  [`${name} as null`, { ...rest, [name]: null }, true],
];

const amount = { amount: eur(1) };
const refunded = (change: object) => ({ ...amount, ...change });

const OTHERS: [operation: string, CommandType, bodies: Bodies, path?: object][] = [
  [
    'recordAuthorization',
    'RecordAuthorization',
    [
      ...transactions(amount),
      ...timed('authorized_at', amount),
      ['nothing', {}, false],
      ['an amount of 0', { amount: eur(0) }, false],
      ['a method', { ...amount, method: 'x'.repeat(40) }, true],
      ['a longer method', { ...amount, method: 'x'.repeat(41) }, false],
      ['an expiry', { ...amount, expires_at: '2026-03-14T09:26:53Z' }, false],
    ],
  ],
  [
    'voidAuthorization',
    'VoidAuthorization',
    [...timed('voided_at', {}), ['nothing', {}, true], ['an amount', amount, false]],
    { authorization_id: recordId('aut') },
  ],
  [
    'recordPayment',
    'RecordPayment',
    [
      ...transactions(amount),
      ...timed('paid_at', amount),
      ['a capture', { ...amount, authorization_id: recordId('aut') }, true],
      ['a capture of a payment', { ...amount, authorization_id: recordId('pay') }, false],
      ['an accepted excess', { ...amount, accept_excess: true }, true],
      ['a refused excess', { ...amount, accept_excess: false }, true],
      ['an excess as null', { ...amount, accept_excess: null }, true],
    ],
  ],
  [
    'reversePayment',
    'ReversePayment',
    [
      ...transactions({}),
      ...timed('reversed_at', {}),
      ['nothing', {}, true],
      ['an amount', amount, true],
      ['an amount of 0', { amount: eur(0) }, false],
      ['a reason of 501 characters', { reason: 'x'.repeat(501) }, false],
    ],
    { payment_id: recordId('pay') },
  ],
  [
    'recordRefund',
    'RecordRefund',
    [
      ...transactions(amount),
      ...timed('refunded_at', amount),
      ['of a payment', refunded({ payment_id: recordId('pay') }), true],
      ['of an authorization', refunded({ payment_id: recordId('aut') }), false],
      [
        'each part',
        refunded({ lines: [piece], charges: [{ charge_id: 'charge_1', ...amount }], adjustment: eur(1) }),
        true,
      ],
      ['no pieces', refunded({ lines: [] }), false],
      ['no charges', refunded({ charges: [] }), false],
      ['a charge without an amount', refunded({ charges: [{ charge_id: 'charge_1' }] }), false],
      ['charge 0', refunded({ charges: [{ charge_id: 'charge_0', ...amount }] }), false],
      ['51 charges', refunded({ charges: many(51, { charge_id: 'charge_1', ...amount }) }), false],
      ['an adjustment of 0', refunded({ adjustment: eur(0) }), false],
      ['priced pieces', refunded({ lines: [{ ...piece, ...amount }] }), false],
    ],
  ],
  ['recordShipment', 'ShipItems', timed('shipped_at', { lines: [piece] })],
  ['recordReturn', 'ReturnItems', timed('returned_at', { lines: [piece] })],
  ['cancelOrder', 'CancelOrder', [...timed('cancelled_at', {}), ['pieces', { lines: [piece] }, false]]],
  ['completeOrder', 'CompleteOrder', timed('completed_at', {})],
  [
    'editOrder',
    'EditOrder',
    [
      ...timed('edited_at', { cancel: [piece] }),
      ['each part', { cancel: [piece], add: [line()], charges: [{ kind: 'fee', price: eur(1) }] }, true],
      ['no cancelled pieces', { cancel: [], add: [line()] }, false],
      ['no added lines', { cancel: [piece], add: [] }, false],
      ['no charges', { cancel: [piece], charges: [] }, false],
      ['101 lines', { add: many(101, line()) }, false],
      ['a line with an id', { add: [line({ id: 'line_9' })] }, false],
      ['a discount of all', { add: [line()], discounts: [tax()] }, false],
      ['half a piece', { cancel: [{ line_id: 'line_1', quantity: 0.5 }] }, false],
    ],
  ],
  [
    'placeHold',
    'PlaceHold',
    [
      ...timed('held_at', { reason: 'x' }),
      ['nothing', {}, false],
      ['a reason as null', { reason: null }, false],
      ['an empty reason', { reason: '' }, false],
      ['a reason of 501 characters', { reason: 'x'.repeat(501) }, false],
    ],
  ],
  [
    'releaseHold',
    'ReleaseHold',
    [...timed('released_at', {}), ['nothing', {}, true], ['a hold', { hold_id: recordId('hld') }, false]],
    { hold_id: recordId('hld') },
  ],
];

const ALL: [operation: string, CommandType, bodies: Bodies, path?: object][] = [
  ['placeOrder', 'PlaceOrder', PLACING],
  ['updateOrder', 'UpdateOrder', UPDATES],
  ...OTHERS,
];

/** The verdicts of the contract's two validators, and of the command's schema. */
async function judged(operation: string, type: CommandType, body: unknown, path: object = {}) {
  const json = JSON.parse(JSON.stringify(body)) as object;
  const params = { order_id: id, ...path };
  const headers = { ...key, 'if-match': '"1"' };
  const [judge, compiled] = await verdicts(operation, { params, headers, body: json }, 'v2');
  // A path parameter replaces a member of its name, which only the contract refuses.
  const isNamed = Object.keys(path).some((name) => name in json);
  return { judge, compiled, domain: takenByDomain({ ...json, ...path }, type, 'v2') && !isNamed };
}

describe.each(ALL)('%s: contract and schema agree on', (operation, type, bodies, path) => {
  test.each(bodies)('%s', async (_what, body, good) => {
    expect(await judged(operation, type, body, path)).toEqual({
      judge: good ? 'valid' : 'invalid',
      compiled: good ? 'valid' : 'invalid: invalid_body',
      domain: good,
    });
  });
});

describe('the contract alone knows the lines and the members of money', () => {
  test.each<[what: string, operation: string, body: object]>([
    ['an order without lines', 'placeOrder', { customer_id: 'c' }],
    ['a tax in cents', 'placeOrder', ofLine({ tax: 1 })],
    ['a tax with a unit', 'placeOrder', ofLine({ tax: { ...eur(1), unit: 'cent' } })],
    ['a stated total in cents', 'placeOrder', order({ stated: { total: 1 } })],
    ['a payment in cents', 'recordPayment', { amount: 1 }],
  ])('%s', async (_what, operation, body) => {
    const request = { params: { order_id: id }, headers: key, body };
    expect(await verdicts(operation, request, 'v2')).toEqual(['invalid', 'invalid: invalid_body']);
  });
});

describe('only the words of the contract state that', () => {
  test.each<[what: string, operation: string, CommandType, body: object]>([
    [
      'a country is one of ISO 3166-1',
      'placeOrder',
      'PlaceOrder',
      order({ shipping_address: { ...address, country: 'ZZ' } }),
    ],
    ['UK is none', 'placeOrder', 'PlaceOrder', order({ billing_address: { ...address, country: 'UK' } })],
    [
      'series and number exclude each other',
      'placeOrder',
      'PlaceOrder',
      order({ series: 'W-', number: '1' }),
    ],
    [
      'metadata has names of certain letters',
      'placeOrder',
      'PlaceOrder',
      ofLine({ metadata: { 'a b': 'x' } }),
    ],
    ['an edit changes something', 'editOrder', 'EditOrder', { reason: 'x' }],
  ])('%s', async (_what, operation, type, body) => {
    expect(await judged(operation, type, body)).toMatchObject({ judge: 'valid', domain: false });
  });
});
