/** Expectations, conditions, request ids and client addresses: RFC 9110, sections 10 and 13. */
import { type Draft, refusedWith, withHeader, withHeaders } from '../draft.ts';
import type { Random } from '../../chance.ts';
import { type OddHead, broken, hurt } from './head.ts';

export function expectations(_random: Random, draft: Draft): OddHead[] {
  return [
    {
      what: 'Expect: 100-continue, with a wait',
      draft: withHeaders(draft, ['Expect', '100-continue']),
      waits: true,
    },
    {
      what: 'Expect: 100-continue, without a wait',
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

/** The server must evaluate or refuse a condition: RFC 9110, section 13. */
export function conditions(random: Random, draft: Draft): OddHead[] {
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

export function ids(random: Random, draft: Draft): OddHead[] {
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

/** Without an API key the response is 401, whatever address a proxy claims. */
export function clientAddresses(random: Random, draft: Draft): OddHead[] {
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
