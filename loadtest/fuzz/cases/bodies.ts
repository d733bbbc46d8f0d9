/** A write with an unusual, damaged, coded or missing body. */
import type { Case } from '../case.ts';
import {
  type Draft,
  chunkedBytes,
  headOf,
  plainBytes,
  refusedWith,
  withHeader,
  withHeaders,
} from '../make/draft.ts';
import { codedBody } from '../make/odd/encodings.ts';
import { oddText } from '../make/odd/json-text.ts';
import type { Scene } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { someWrite } from '../make/writes.ts';

interface Odd {
  what: string;
  draft: Draft;
  bytes?: (draft: Draft) => Buffer;
}

export function bodies(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  let { draft, at } = someWrite(scene);
  while (draft.body === undefined) ({ draft, at } = someWrite(scene));
  const share = random.next();
  const odd =
    share < 0.45
      ? text(scene, draft)
      : share < 0.75
        ? coded(scene, draft)
        : share < 0.87
          ? random.pick(typed(draft))
          : random.pick(empty(draft));
  const inChunks = odd.bytes === undefined && random.chance(0.2);
  const bytes = inChunks
    ? (sealed: Draft) => chunkedBytes(sealed, [sealed.body!])
    : (odd.bytes ?? plainBytes);
  const script = createScript(scene);
  script.send(script.request(odd.draft, { at, bytes })).awaitAll();
  return { kind: 'bodies', what: odd.what, stages: [[script.connection]], isSlow: false };
}

/** A draft with the responses allowed for its replaced body. */
function expecting(draft: Draft, given: 'good' | 'either' | number[]): Draft {
  // A batch reports an invalid order in the outcome of that order.
  const isBatch = draft.offer?.operation.id === 'placeOrders';
  const verdict = isBatch && given.includes(422 as never) ? 'either' : given;
  if (verdict === 'good') return draft;
  const promised = Object.keys(draft.offer?.operation.answers ?? {}).map(Number);
  if (verdict === 'either')
    return {
      ...draft,
      meaning: undefined,
      allowed: promised.filter((status) => ![401, 403, 406, 500].includes(status)),
    };
  return refusedWith({ ...draft, meaning: undefined }, ...verdict);
}

function text({ random }: Scene, draft: Draft): Odd {
  const { what, body, verdict } = oddText(random, draft.body!);
  const isTooLarge = body.length > (draft.offer?.operation.body?.maxBytes ?? 0);
  return { what: `JSON: ${what}`, draft: { ...expecting(draft, isTooLarge ? [413] : verdict), body } };
}

function coded({ random }: Scene, draft: Draft): Odd {
  const maxBytes = draft.offer?.operation.body?.maxBytes ?? 0;
  const { what, coding, body, verdict } = codedBody(random, draft.body!, maxBytes);
  return {
    what: `Content-Encoding ${what}`,
    draft: withHeader({ ...expecting(draft, verdict), body }, 'Content-Encoding', coding),
  };
}

function typed(draft: Draft): Odd[] {
  const mediaType = draft.offer?.operation.body?.mediaType ?? '';
  const as = (type: string, verdict: Parameters<typeof expecting>[1]): Odd => ({
    what: `Content-Type: ${type}`,
    draft: withHeader(expecting(draft, verdict), 'Content-Type', type),
  });
  return [
    as(`${mediaType}; charset=utf-8`, 'good'),
    as(`${mediaType};charset="UTF-8"`, 'good'),
    as(mediaType.toUpperCase(), 'good'),
    as(`${mediaType}; profile=x`, 'good'),
    as(`${mediaType};`, 'either'),
    // JSON is UTF-8 (RFC 8259, section 8.1): ignoring and refusing the charset are both right.
    as(`${mediaType}; charset=iso-8859-1`, 'either'),
    as(`${mediaType}; charset=utf-16`, 'either'),
    as(`${mediaType}; charset=klingon`, [415]),
    as(mediaType === 'application/json' ? 'application/merge-patch+json' : 'application/json', [415]),
    as(`${mediaType}x`, [415]),
    as('text/json', [415]),
    as('*/*', [415]),
    as('multipart/form-data; boundary=x', [415]),
    {
      what: 'two media types',
      draft: withHeaders(expecting(draft, 'either'), ['Content-Type', 'text/plain']),
    },
  ];
}

/** Every framing of an absent body gets the same response. */
function empty(draft: Draft): Odd[] {
  const none = refusedWith({ ...draft, meaning: undefined }, 400);
  const head = (sealed: Draft, ...fields: [string, string][]) =>
    Buffer.from(`${headOf(sealed, fields)}\r\n`, 'latin1');
  return [
    { what: 'no body and no length', draft: none, bytes: (sealed) => head(sealed) },
    {
      what: 'no body: Content-Length: 0',
      draft: none,
      bytes: (sealed) => head(sealed, ['Content-Length', '0']),
    },
    { what: 'no body, in chunks', draft: none, bytes: (sealed) => chunkedBytes(sealed, []) },
    {
      what: 'no body, in chunks with an extension',
      draft: none,
      bytes: (sealed) => chunkedBytes(sealed, [], { extension: ';a=b' }),
    },
    {
      what: 'no body, in chunks, with trailers',
      draft: none,
      bytes: (sealed) => chunkedBytes(sealed, [], { trailers: 'X-Late: 1\r\n' }),
    },
  ];
}
