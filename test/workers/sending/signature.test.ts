/** Signatures, verified by the reference library of receivers. */
import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import * as signature from '../../../workers/sending/signature.ts';

const signed = (message: signature.Message, secrets: Buffer[]) =>
  signature.signed(
    message,
    secrets.map((each) => createSecretKey(each)),
  );

const secret = randomBytes(32);
const receiver = new Webhook(`whsec_${secret.toString('base64')}`);
const now = Math.floor(Date.now() / 1_000);
const message = { id: 'evt_1', timestamp: now, body: '{"type":"OrderPlaced","name":"Söhne"}' };

test('standardwebhooks verifies it', () => {
  expect(receiver.verify(message.body, signed(message, [secret]))).toEqual(JSON.parse(message.body));
});

test('the signature equals the example of the specification', () => {
  const example = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const { 'webhook-signature': field } = signed(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' },
    [example],
  );
  expect(field).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

describe('standardwebhooks refuses', () => {
  const headers = signed(message, [secret]);
  test.each([
    ['a body that was changed', message.body.replace('Placed', 'Paid'), headers],
    ['another id', message.body, { ...headers, 'webhook-id': 'evt_2' }],
    ['another time', message.body, { ...headers, 'webhook-timestamp': String(now + 1) }],
    ['the signature of another secret', message.body, signed(message, [randomBytes(32)])],
    ['no signature', message.body, { ...headers, 'webhook-signature': '' }],
    ['an old message', message.body, signed({ ...message, timestamp: now - 600 }, [secret])],
  ])('%s', (_what, body, given) => expect(() => receiver.verify(body, given)).toThrow());
});

test('during a rotation, receivers with the new and with the old secret verify the same message', () => {
  const next = randomBytes(32);
  const headers = signed(message, [next, secret]);
  expect(headers['webhook-signature'].split(' ')).toHaveLength(2);
  for (const each of [next, secret]) {
    const library = new Webhook(`whsec_${each.toString('base64')}`);
    expect(library.verify(message.body, headers)).toEqual(JSON.parse(message.body));
  }
});
