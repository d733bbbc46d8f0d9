/** Responses are read from bytes in any pieces, and matched to their requests. */
import { describe, expect, test } from '@jest/globals';
import { createResponseReader } from '../../loadtest/fuzz/send/responses.ts';
import type { Sent } from '../../loadtest/fuzz/case.ts';
import { pairUp } from '../../loadtest/fuzz/check/pairing.ts';
import { problemVerdict, verdictOf } from '../../loadtest/fuzz/check/verdict.ts';

const head = (status: number, ...fields: string[]) =>
  `HTTP/1.1 ${status} X\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

function read(text: string, { isHead = false, size = text.length } = {}) {
  const reader = createResponseReader(() => isHead);
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size));
  reader.end();
  const { answers, interim } = reader;
  return {
    answers: answers.map(({ status, text: body, faults }) => ({ status, body, faults })),
    interim,
    rest: reader.rest().toString('latin1'),
  };
}

describe('the response reader', () => {
  const two = `${head(201, 'Content-Length: 2')}{}${head(200, 'Transfer-Encoding: chunked')}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`;

  test.each([1, 2, 7, two.length])('reads pieces of %i bytes', (size) => {
    expect(read(two, { size })).toEqual({
      answers: [
        { status: 201, body: '{}', faults: [] },
        { status: 200, body: 'abcde', faults: [] },
      ],
      interim: [],
      rest: '',
    });
  });

  test.each([
    ['an interim response', `${head(100)}${head(204)}`, [204], [100], ''],
    ['a response without a body', `${head(304, 'ETag: "1"')}${head(204)}`, [304, 204], [], ''],
    ['bytes after a response', `${head(204)}oops`, [204], [], 'oops'],
    ['bytes that are not a response', 'SSH-2.0-x\r\n\r\n', [], [], 'SSH-2.0-x\r\n\r\n'],
  ])('finds %s', (_what, text, statuses, interim, rest) => {
    const found = read(text);
    expect(found.answers.map(({ status }) => status)).toEqual(statuses);
    expect(found.answers.flatMap(({ faults }) => faults)).toEqual([]);
    expect(found).toMatchObject({ interim, rest });
  });

  test.each([
    [
      'a body that is shorter than it says',
      `${head(200, 'Content-Length: 9')}{}`,
      'the response is cut short',
    ],
    ['no length at all', `${head(200)}{}`, 'the response has no length'],
    ['an invalid length', head(200, 'Content-Length: x'), 'the response has Content-Length x'],
    [
      'two lengths',
      `${head(200, 'Content-Length: 2', 'Content-Length: 2')}{}`,
      'the response has content-length twice, the response has Content-Length 2, 2',
    ],
    ['a line without a field', head(204, 'oops'), 'a line of the response is not a field: oops'],
  ])('reports %s', (_what, text, fault) => {
    expect(
      read(text)
        .answers.flatMap(({ faults }) => faults)
        .join(', ')
        .toLowerCase(),
    ).toBe(fault.toLowerCase());
  });

  test('a response to HEAD has a length and no body', () => {
    expect(read(head(200, 'Content-Length: 99'), { isHead: true }).answers).toEqual([
      { status: 200, body: '', faults: [] },
    ]);
  });
});

describe('responses of one connection', () => {
  const sent = (id: string, form: Sent['form'] = 'whole') =>
    ({ id, form, index: 0, n: 0 }) as unknown as Sent;
  const answer = (status: number, id?: string) => ({
    status,
    fields: new Map(id === undefined ? [] : [['x-request-id', id]]),
    text: '',
    faults: [],
  });
  const paired = (requests: Sent[], ...answers: ReturnType<typeof answer>[]) => {
    const { pairs, faults } = pairUp(requests, answers);
    return {
      pairs: pairs.map(
        (pair) => `${pair.sent.id} ${pair.answer?.status ?? '-'}${pair.isOwn ? '' : ' of the connection'}`,
      ),
      faults: faults.map(({ fault }) => fault),
    };
  };

  test('are matched by the named request', () => {
    const { pairs, faults } = paired([sent('a'), sent('b')], answer(201, 'a'), answer(200, 'b'));
    expect(pairs).toEqual(['a 201', 'b 200']);
    expect(faults).toEqual([]);
  });

  test('without a name are matched to the first open request', () => {
    const { pairs } = paired([sent('a'), sent('b')], answer(201, 'a'), answer(400));
    expect(pairs).toEqual(['a 201', 'b 400 of the connection']);
    expect(paired([sent('a')], answer(400)).pairs).toEqual(['a 400 of the connection']);
  });

  test.each([
    ['a second response', [sent('a')], [answer(415, 'a'), answer(408)], 'more responses than requests'],
    [
      'the same response twice',
      [sent('a'), sent('b')],
      [answer(201, 'a'), answer(201, 'a')],
      'a second response to the same request',
    ],
    [
      'responses in another sequence',
      [sent('a'), sent('b')],
      [answer(201, 'b'), answer(201, 'a')],
      'a response is missing before the next one',
    ],
  ])('%s is found', (_what, requests, answers, fault) => {
    expect(paired(requests, ...answers).faults).toContain(fault);
  });

  test('are optional for bytes that are no request', () => {
    expect(
      paired([sent('a'), sent('?', 'garbage'), sent('c')], answer(201, 'a'), answer(200, 'c')).faults,
    ).toEqual([]);
  });
});

describe('the effect of a request, according to its response', () => {
  const problem = (code: string, retry: string, detail = '') => ({ code, retry, detail });

  test.each([
    [400, problem('malformed_json', 'never'), 'refused'],
    [409, problem('order_not_paid', 'after_change'), 'refused'],
    [412, problem('precondition_failed', 'after_refetch'), 'refused'],
    [429, problem('rate_limited', 'same_key_after'), 'refused'],
    [503, problem('overloaded', 'same_key_after', 'This one took no effect.'), 'refused'],
    [503, problem('unavailable', 'same_key_after', 'It took effect once or not at all.'), 'unknown'],
    [500, problem('internal_error', 'same_key'), 'unknown'],
    [408, problem('request_timeout', 'same_key'), 'unknown'],
    [417, {}, 'refused'],
  ])('%i %j: %s', (status, document, kind) => {
    expect(problemVerdict(status, document).kind).toBe(kind);
  });

  test('a successful write names its event', () => {
    const fields = new Map([
      ['holdfast-position', '7'],
      ['etag', '"2"'],
      ['holdfast-recorded-at', '2026-03-14T09:26:53.589Z'],
      ['idempotent-replayed', 'true'],
    ]);
    const json = { id: `pay_${'a'.repeat(32)}`, order_id: 'ord_1' };
    expect(verdictOf({ status: 201, fields, text: JSON.stringify(json), faults: [] }, json)).toEqual({
      kind: 'done',
      replayed: true,
      reported: {
        position: 7,
        version: 2,
        recordedAt: '2026-03-14T09:26:53.589Z',
        orderId: 'ord_1',
        eventId: 'a'.repeat(32),
        digest: expect.any(String),
      },
    });
  });
});
