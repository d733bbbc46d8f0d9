/** Many, large, duplicate or invalid fields: RFC 9110, section 5. */
import { type Draft, refusedWith, withHeader, withHeaders } from '../draft.ts';
import type { Random } from '../../chance.ts';
import { type OddHead, broken, hurt } from './head.ts';

/** Fields of proxies and browsers that have no meaning here. */
const HARMLESS: [string, string][] = [
  ['Accept-Encoding', 'gzip, deflate, br, zstd;q=0'],
  ['Accept-Language', '*'],
  ['Connection', 'close'],
  ['Connection', 'keep-alive, x-odd'],
  ['Upgrade', 'h2c'],
  ['Range', 'bytes=0-1'],
  ['If-Modified-Since', 'Thu, 01 Jan 2099 00:00:00 GMT'],
  ['If-Range', '"1"'],
  ['TE', 'trailers, chunked'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Forwarded-Proto', 'gopher'],
  ['X-Forwarded-Host', 'elsewhere:99999'],
  ['Forwarded', 'for="[::1]";proto=https;by=_hidden'],
  ['Origin', 'null'],
  ['Cookie', 'a=b; c'],
  ['User-Agent', ''],
  ['Referer', 'no url'],
  ['tracestate', 'x'.repeat(600)],
  ['Cache-Control', 'no-cache, max-age=frog'],
  ['Content-Language', 'tlh'],
  ['Content-MD5', 'wrong'],
  ['Content-Location', '/elsewhere'],
];

export function fields(random: Random, draft: Draft): OddHead[] {
  const [name, value] = random.pick(HARMLESS);
  const many = Array.from({ length: random.between(60, 140) }, (_, n): [string, string] => [
    `X-Filler-${n}`,
    'x',
  ]);
  const harmless: OddHead = {
    what: `${name}: ${value.slice(0, 40)}`,
    draft: withHeaders(draft, [name, value]),
  };
  return [
    harmless,
    harmless,
    harmless,
    // The contract has no limit. The server must not ignore a field beyond its own limit.
    { what: `${many.length} more fields`, draft: { ...withHeaders(draft, ...many) }, options: hurt },
    {
      what: `${many.length} fields before all others`,
      draft: { ...draft, headers: [...many, ...draft.headers] },
      options: hurt,
    },
    {
      what: `${many.length} fields, then an If-Match of a version that does not exist`,
      draft: {
        ...withHeaders(broken(withHeader(draft, 'If-Match', undefined)), ...many, ['If-Match', '"999999"']),
      },
      options: hurt,
    },
    {
      what: 'an invalid Accept',
      draft: {
        ...withHeader(
          draft,
          'Accept',
          random.pick([';;;', 'a/b/c', 'x'.repeat(8_000), 'application/json/x;q=z']),
        ),
      },
      options: hurt,
    },
    {
      what: 'Authorization twice',
      draft: withHeaders(
        draft,
        draft.headers.find(([field]) => field === 'Authorization')!,
      ),
      options: { form: 'hurt' },
    },
  ];
}

export function keys(_random: Random, draft: Draft): OddHead[] {
  if (draft.keys.length !== 1 || draft.offer?.operation.id === 'placeOrders') return [];
  const [key = ''] = draft.keys;
  const as = (what: string, value: string, kept?: string): OddHead => ({
    what: `Idempotency-Key ${what}`,
    draft:
      kept === undefined
        ? refusedWith({ ...withHeader(draft, 'Idempotency-Key', value), keys: [] }, 400)
        : { ...withHeader(draft, 'Idempotency-Key', value), keys: [kept] },
  });
  const long = `${key}${'x'.repeat(255)}`.slice(0, 255);
  return [
    as('of 255 characters', `"${long}"`, long),
    as('of 255 characters, bare', long, long),
    as('of 256 characters', `"${long}x"`),
    as('empty', ''),
    as('of two quotes', '""'),
    as('without its second quote', `"${key}`),
    as('with a space in it', `"${key} x"`),
    as('bare, with a space in it', `${key} x`),
    as('with a letter after its quotes', `"${key}"x`),
    as('with a byte outside ASCII', `"${key}\xe9"`),
    as('with a quote in it', `"${key}\\"x"`, `${key}"x`),
    as('with an invalid escape', `"${key}\\x"`),
    {
      what: 'two Idempotency-Key fields',
      draft: refusedWith(
        {
          ...withHeaders(withHeader(draft, 'Idempotency-Key', `"${key}"`), ['Idempotency-Key', `"${key}-2"`]),
          keys: [],
        },
        400,
      ),
    },
    {
      what: 'two Idempotency-Key fields, the same and bare',
      draft: refusedWith(
        {
          ...withHeaders(withHeader(draft, 'Idempotency-Key', key.replaceAll(/\W/g, '')), [
            'Idempotency-Key',
            key.replaceAll(/\W/g, ''),
          ]),
          keys: [],
        },
        400,
      ),
    },
  ];
}

export function sizes(random: Random, draft: Draft): OddHead[] {
  const filler = (bytes: number): Draft => withHeaders(draft, ['X-Filler', 'x'.repeat(bytes)]);
  return [
    { what: 'a field of 12 KB', draft: filler(12_000) },
    ...[16_384, 20_000, 70_000].map((bytes): OddHead => ({
      what: `a field of ${bytes} bytes`,
      draft: { ...broken(filler(bytes)), allowed: [431] },
      options: hurt,
    })),
    {
      what: 'a target of 9,000 characters',
      draft: {
        ...broken(draft),
        target: `${draft.target}/${'x'.repeat(9_000)}`,
        orderToken: undefined,
        offer: undefined,
      },
      options: hurt,
    },
    {
      what: 'a target of 20,000 characters',
      draft: {
        ...broken(draft),
        target: `/${'x'.repeat(20_000)}`,
        orderToken: undefined,
        offer: undefined,
        allowed: [414, 431],
      },
      options: hurt,
    },
    {
      what: 'a field name of 5,000 characters',
      draft: withHeaders(draft, ['X'.repeat(random.between(1_000, 5_000)), '1']),
    },
  ];
}
