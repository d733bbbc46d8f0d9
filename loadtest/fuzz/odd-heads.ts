/** Heads of requests that are odd, or wrong: RFC 9112, sections 2 to 5, and RFC 9110, sections 5 to 10. */
import { type Draft, headOf, refusedWith, withHeader, withHeaders } from './draft.ts';
import type { Random } from './chance.ts';
import type { SealOptions } from './scene.ts';

export interface OddHead {
  what: string;
  draft: Draft;
  /** Its bytes, if they are not those of any client. */
  bytes?: ((draft: Draft) => Buffer) | undefined;
  options?: SealOptions;
  /** Whether the client has to say that nothing more comes, for the server to see that it is not whole. */
  ends?: boolean;
  /** Whether the client waits for 100 Continue before it sends the body. */
  waits?: boolean;
}

const latin = (text: string) => Buffer.from(text, 'latin1');
type Rewrite = (head: string, draft: Draft) => string;

/** The usual bytes with another head; the body as it is. */
const rewritten =
  (rewrite: Rewrite) =>
  (draft: Draft): Buffer => {
    const { body } = draft;
    const head = headOf(draft, body === undefined ? [] : [['Content-Length', String(body.length)]]);
    return Buffer.concat([latin(rewrite(`${head}\r\n`, draft)), body ?? Buffer.alloc(0)]);
  };

const hurt = { form: 'hurt' } as const;
/** Hurt in a way that no server may take for a good request. */
const broken = (draft: Draft): Draft => ({ ...draft, inert: true });
const fieldLines =
  (rewrite: (line: string) => string): Rewrite =>
  (head) =>
    head
      .split('\r\n')
      .map((line, n) => (n === 0 || line === '' ? line : rewrite(line)))
      .join('\r\n');
const version =
  (name: string): Rewrite =>
  (head) =>
    head.replace('HTTP/1.1', name);
const extra =
  (line: string): Rewrite =>
  (head) =>
    head.replace(/\r\n\r\n$/, `\r\n${line}\r\n\r\n`);
const nameOf = (line: string) => line.slice(0, line.indexOf(':'));

/** @param draft a write */
export function oddHead(random: Random, draft: Draft): OddHead {
  return random.pick(random.pick(GROUPS)(random, draft));
}

type Group = (random: Random, draft: Draft) => OddHead[];
const GROUPS: Group[] = [lines, hosts, versions, fields, keys, sizes, expectations, conditions, ids, passers];

function lines(random: Random, draft: Draft): OddHead[] {
  const odd = (what: string, rewrite: Rewrite, more: Partial<OddHead> = { options: hurt }): OddHead => ({
    what,
    draft,
    bytes: rewritten(rewrite),
    ...more,
  });
  return [
    odd(
      'fields in lower case',
      fieldLines((line) => nameOf(line).toLowerCase() + line.slice(nameOf(line).length)),
      {},
    ),
    odd(
      'fields in capitals',
      fieldLines((line) => nameOf(line).toUpperCase() + line.slice(nameOf(line).length)),
      {},
    ),
    odd(
      'spaces around the values',
      fieldLines((line) => line.replace(/: /, ': \t ').concat(' \t')),
      {},
    ),
    odd(
      'no spaces before the values',
      fieldLines((line) => line.replace(': ', ':')),
      {},
    ),
    odd('an empty line before it', (head) => `\r\n${head}`),
    odd('three empty lines before it', (head) => `\r\n\r\n\r\n${head}`),
    odd('newlines alone', (head) => head.replaceAll('\r\n', '\n'), { options: hurt, ends: true }),
    odd('carriage returns alone', (head) => head.replaceAll('\r\n', '\r'), { options: hurt, ends: true }),
    odd('a field folded over two lines', extra('X-Folded: one\r\n two')),
    odd('a space before a colon', (head) => head.replace('Idempotency-Key:', 'Idempotency-Key :'), {
      draft: broken(draft),
      options: hurt,
    }),
    odd('a space before the first field', (head) => head.replace('\r\nHost', '\r\n Host')),
    odd('a line that is no field', extra('nonsense')),
    odd('a field without a name', extra(': nothing')),
    odd('a NUL in a field', extra('X-Odd: a\0b')),
    odd('a carriage return in a field', extra('X-Odd: a\rb')),
    odd('bytes that are no ASCII in a field', extra('X-Odd: caf\xe9')),
    odd('a NUL in the name of a field', extra('X-\0dd: 1')),
    odd('two spaces in the request line', (head) => head.replace(' /', '  /')),
    odd('a tab in the request line', (head) => head.replace(' HTTP/', '\tHTTP/')),
    odd('a method in lower case', (head) => head.replace(/^\w+/, (method) => method.toLowerCase()), {
      draft: broken(draft),
      options: hurt,
    }),
    odd('no version', (head) => head.replace(' HTTP/1.1', ''), {
      options: hurt,
      ends: true,
      draft: broken(draft),
    }),
    odd(`a method that nobody has: ${random.between(1, 3)}`, (head) => head.replace(/^\w+/, 'FROBNICATE'), {
      draft: broken(draft),
      options: hurt,
    }),
  ];
}

function hosts(_random: Random, draft: Draft): OddHead[] {
  const odd = (what: string, host: string, isBroken: boolean): OddHead => ({
    what,
    draft: isBroken ? { ...broken(draft), allowed: [400] } : draft,
    bytes: rewritten((head) => head.replace('Host: localhost\r\n', host)),
    options: hurt,
  });
  return [
    odd('no Host', '', true),
    odd('two Host fields', 'Host: localhost\r\nHost: elsewhere\r\n', true),
    odd('two Host fields, the same', 'Host: localhost\r\nHost: localhost\r\n', true),
    odd('an empty Host', 'Host:\r\n', false),
    odd('a Host with a space', 'Host: a b\r\n', false),
    odd('a Host with a path', 'Host: localhost/v2/\r\n', false),
    odd('a Host with a port that is none', 'Host: localhost:99999999\r\n', false),
    odd('a Host that is an address', 'Host: [::1]:8080\r\n', false),
    odd('a Host of 9,000 characters', `Host: ${'a'.repeat(9_000)}\r\n`, false),
  ];
}

function versions(_random: Random, draft: Draft): OddHead[] {
  const odd = (name: string, isBroken: boolean): OddHead => ({
    what: `version ${name}`,
    draft: isBroken ? broken(draft) : draft,
    bytes: rewritten(version(name)),
    options: hurt,
    ends: true,
  });
  return [
    odd('HTTP/1.0', false),
    odd('HTTP/1.2', false),
    ...[
      'HTTP/2.0',
      'HTTP/2',
      'HTTP/3.0',
      'HTTP/0.9',
      'HTTP/1.1x',
      'http/1.1',
      'HTTPS/1.1',
      'HTTP/11',
      'HTTP/1.',
    ].map((name) => odd(name, true)),
  ];
}

/** Fields that a proxy or a browser adds, and that change nothing. */
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

function fields(random: Random, draft: Draft): OddHead[] {
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
    // How many there may be is not promised; what is not read must not be ignored either.
    { what: `${many.length} fields more`, draft: { ...withHeaders(draft, ...many) }, options: hurt },
    {
      what: `${many.length} fields in front of all others`,
      draft: { ...draft, headers: [...many, ...draft.headers] },
      options: hurt,
    },
    {
      what: `${many.length} fields, and then an If-Match that names no version that ever was`,
      draft: {
        ...withHeaders(broken(withHeader(draft, 'If-Match', undefined)), ...many, ['If-Match', '"999999"']),
      },
      options: hurt,
    },
    {
      what: 'Accept that nobody can read',
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

function keys(_random: Random, draft: Draft): OddHead[] {
  if (draft.keys.length !== 1 || draft.offer?.operation.id === 'placeOrders') return fields(_random, draft);
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
    as('with a letter behind its quotes', `"${key}"x`),
    as('that is not ASCII', `"${key}\xe9"`),
    as('with a quote in it', `"${key}\\"x"`, `${key}"x`),
    as('with an escape that is none', `"${key}\\x"`),
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

function sizes(random: Random, draft: Draft): OddHead[] {
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

function expectations(_random: Random, draft: Draft): OddHead[] {
  return [
    {
      what: 'Expect: 100-continue, and waits',
      draft: withHeaders(draft, ['Expect', '100-continue']),
      waits: true,
    },
    {
      what: 'Expect: 100-continue, and does not wait',
      draft: withHeaders(draft, ['Expect', '100-continue']),
    },
    { what: 'Expect: 100-Continue', draft: withHeaders(draft, ['Expect', '100-Continue']), waits: true },
    {
      what: 'Expect: 100-continue without a key',
      draft: refusedWith(
        {
          ...withHeader(withHeaders(draft, ['Expect', '100-continue']), 'Authorization', undefined),
          caller: 'nobody',
        },
        401,
      ),
      waits: true,
      options: hurt,
    },
    {
      what: 'Expect: a miracle',
      draft: { ...broken(withHeaders(draft, ['Expect', 'a miracle'])), allowed: [417] },
      options: hurt,
    },
  ];
}

/** What a condition says must be looked at, or refused: RFC 9110, section 13. */
function conditions(random: Random, draft: Draft): OddHead[] {
  const plain = withHeader(draft, 'If-Match', undefined);
  const stale = (value: string): OddHead => ({
    what: `If-Match: ${value}`,
    draft: {
      ...refusedWith({ ...plain, ifVersion: undefined }, 400, 404, 409, 412, 422, 428),
      headers: [...plain.headers, ['If-Match', value]],
    },
  });
  const named = random.between(1, 5);
  return [
    stale('"999999"'),
    stale('"1000000", "999999"'),
    stale('W/"1"'),
    stale('"x"'),
    stale('frog'),
    ...(draft.orderToken === undefined
      ? []
      : [
          {
            what: `If-Match: "${named}"`,
            draft: {
              ...plain,
              headers: [...plain.headers, ['If-Match', `"${named}"`] as [string, string]],
              ifVersion: named,
              allowed: [200, 201, 400, 404, 409, 412, 422, 428],
            },
          },
        ]),
  ];
}

function ids(random: Random, draft: Draft): OddHead[] {
  const badId = random.pick(['', 'a b', 'x'.repeat(65), '<script>', 'caf\xe9', '../..']);
  const badTrace = random.pick([
    '',
    `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`,
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01',
    'x'.repeat(5_000),
  ]);
  return [
    { what: `X-Request-Id: ${badId.slice(0, 20)}`, draft, options: { badId } },
    { what: `traceparent: ${badTrace.slice(0, 20)}`, draft, options: { badTrace } },
  ];
}

/** Whoever has no key is told so, whatever the address that a proxy claims for him. */
function passers(random: Random, draft: Draft): OddHead[] {
  const address = random.pick([
    '1:2:3:4:5:6:7:8::1',
    '::',
    '1::2::3',
    'fe80::1%eth0',
    '[::1]:80',
    '::ffff:1.2.3.4',
    '1.2.3.4, 5.6.7.8',
    '999.1.1.1',
    'nonsense',
    ',,,',
    ':'.repeat(100),
    'x'.repeat(4_000),
    '\xff',
  ]);
  const nobody: Draft = {
    ...withHeader(draft, 'Authorization', random.pick([undefined, 'Bearer hf_live_nobody'])),
    caller: 'nobody',
  };
  return [
    {
      what: `no key, X-Forwarded-For: ${address.slice(0, 40)}`,
      draft: refusedWith(withHeaders(nobody, ['X-Forwarded-For', address]), 401),
    },
  ];
}
