/** Adds one fault to a valid request, for which the contract has a status. */
import type { Random } from '../../chance.ts';
import { type Draft, answeredWith, refusedWith, withHeader } from '../draft.ts';
import type { Choices } from '../repertoire.ts';
import { apiKeyToken } from '../../tokens.ts';

const ACCEPTS_NO_JSON = ['text/html', 'image/*;q=0.5, text/plain', 'application/json;q=0', 'application/xml'];

/** @returns the request with one fault, and the name of the fault */
export function spoil(random: Random, draft: Draft): { draft: Draft; what: string } {
  const [what, spoilt] = random.pick([
    ...credentials(draft),
    ...parameters(random, draft),
    ...bodies(random, draft),
  ]);
  return { draft: spoilt, what };
}

type Spoilt = [what: string, draft: Draft];

function credentials(draft: Draft): Spoilt[] {
  const as = (value: string | undefined) => withHeader(draft, 'Authorization', value);
  const isWrite = draft.method !== 'GET';
  return [
    ['no API key', refusedWith({ ...as(undefined), caller: 'nobody' }, 401)],
    ['a wrong API key', refusedWith({ ...as('Bearer hf_live_nobody'), caller: 'nobody' }, 401)],
    ['another way to authenticate', refusedWith({ ...as('Basic eDp5'), caller: 'nobody' }, 401)],
    // An answer without a body suits every Accept.
    ...(draft.offer !== undefined && '406' in draft.offer.operation.answers
      ? ([
          ['an Accept without JSON', refusedWith(withHeader(draft, 'Accept', ACCEPTS_NO_JSON[0]), 406)],
          ['an Accept that excludes JSON', refusedWith(withHeader(draft, 'Accept', ACCEPTS_NO_JSON[2]), 406)],
        ] as [string, Draft][])
      : []),
    [
      'an unknown parameter',
      refusedWith(
        { ...draft, target: `${draft.target}${draft.target.includes('?') ? '&' : '?'}surprise=1` },
        400,
      ),
    ],
    ...(isWrite
      ? ([
          [
            'an API key with read scopes only',
            refusedWith({ ...as(`Bearer ${apiKeyToken('reader')}`), caller: 'reader' }, 403),
          ],
        ] as Spoilt[])
      : []),
  ];
}

function parameters(random: Random, draft: Draft): Spoilt[] {
  return (draft.offer?.parameters ?? []).flatMap((choices) => {
    const { in: location } = choices.parameter;
    if (choices.bad.length === 0) return [];
    if (location === 'query') return queryParameter(random, draft, choices);
    return location === 'header' ? headerField(random, draft, choices) : pathId(random, draft, choices);
  });
}

function queryParameter(random: Random, draft: Draft, { parameter, bad, odd }: Choices): Spoilt[] {
  const { name } = parameter;
  const [path = '', query = ''] = draft.target.split('?');
  const others = query.split('&').filter((part) => part !== '' && !part.startsWith(`${name}=`));
  const withValue = (...values: string[]): Draft => ({
    ...draft,
    target: `${path}?${[...others, ...values.map((value) => `${name}=${encodeURIComponent(value.toWellFormed())}`)].join('&')}`,
  });
  const { what, value } = random.pick(bad);
  const either = (odd: Draft) => answeredWith(odd, 200, 400, 404);
  const spoilt: Spoilt[] = [
    [`query ${name}: ${what}`, refusedWith(withValue(value), 400)],
    [`query ${name} twice`, either(withValue(value, value))],
  ];
  if (odd.length > 0) {
    const one = random.pick(odd);
    spoilt.push([`query ${name}: ${one.what}`, either(withValue(one.value))]);
  }
  return spoilt;
}

function headerField(random: Random, draft: Draft, { parameter, bad }: Choices): Spoilt[] {
  const { name, required } = parameter;
  const { what, value } = random.pick(bad);
  // Without a valid key, the log has no event.
  const keys = name === 'Idempotency-Key' ? [] : draft.keys;
  const spoilt: Spoilt[] = [
    [`header ${name}: ${what}`, refusedWith({ ...withHeader(draft, name, value), keys }, 400)],
  ];
  if (required) {
    const without = { ...withHeader(draft, name, undefined), keys };
    spoilt.push([`header ${name} is missing`, refusedWith(without, 400, 428)]);
  }
  return spoilt;
}

function pathId(random: Random, draft: Draft, { parameter: { name }, bad }: Choices): Spoilt[] {
  const { what, value } = random.pick(bad);
  const target = draft.target.replace(
    pathPattern(draft.offer!.operation.path, name),
    (_, before: string, after: string) => `${before}${encodeURIComponent(value.toWellFormed())}${after}`,
  );
  if (target === draft.target || /^\.{1,2}$/.test(value)) return [];
  return [[`path ${name}: ${what}`, { ...refusedWith({ ...draft, target }, 404), orderToken: undefined }]];
}

/** Finds the value of one parameter in a path. */
function pathPattern(path: string, name: string): RegExp {
  const [before = '', after = ''] = path
    .split(`{${name}}`)
    .map((part) => part.replaceAll(/\{\w+\}/g, '[^/?]+'));
  return new RegExp(`^(${before})[^/?]+(${after}(?:\\?.*)?)$`);
}

function bodies(random: Random, draft: Draft): Spoilt[] {
  const { offer, body } = draft;
  const described = offer?.operation.body;
  if (body === undefined || described === undefined) return [];
  const other = (bytes: Buffer, ...statuses: number[]) =>
    refusedWith({ ...draft, body: bytes, meaning: undefined, keys: batchKeys(draft) }, ...statuses);
  const type = (value: string | undefined) => refusedWith(withHeader(draft, 'Content-Type', value), 415);
  const { what, value } = random.pick(offer!.bodies.bad);
  // By the contract, a body that is neither an object nor a list gets 400.
  const isRead = typeof value === 'object' && value !== null;
  return [
    [`body: ${what}`, other(Buffer.from(JSON.stringify(value)), isRead ? 422 : 400)],
    [`body: ${what}, with whitespace`, other(Buffer.from(` ${JSON.stringify(value)}\n`), isRead ? 422 : 400)],
    ['another media type', type('text/csv')],
    ['a form', type('application/x-www-form-urlencoded')],
    ['no media type', type(undefined)],
    ['half a body', other(body.subarray(0, random.between(1, body.length - 1)), 400)],
    ['a body that is not JSON', other(Buffer.from('{hello}'), 400)],
  ];
}

/** A batch that cannot be parsed has no keys; other requests keep the key of their header. */
const batchKeys = ({ offer, keys }: Draft) => (offer?.operation.id === 'placeOrders' ? [] : keys);
