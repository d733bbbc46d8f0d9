/** The verification of webhooks, against the library of the specification. */
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { WebhookError, verifyWebhook } from '../../openapi/client/client.ts';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const OTHER = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOW = Date.parse('2026-11-23T16:12:38Z');
const body = JSON.stringify({
  type: 'OrderPlaced',
  timestamp: '2026-11-23T16:12:38.550Z',
  data: { id: 'evt_1', customer_id: 'Zoë 海' },
});
const signedBy = (secret: string, at = NOW) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(Math.floor(at / 1_000)),
  'webhook-signature': new Webhook(secret).sign('evt_1', new Date(at), body),
});
const verify = (change: Partial<Parameters<typeof verifyWebhook>[0]> = {}) =>
  verifyWebhook({ secret: SECRET, headers: signedBy(SECRET), body, nowMs: NOW, ...change });

describe('a message is verified', () => {
  test.each([
    ['as text', {}],
    ['as bytes', { body: Buffer.from(body) }],
    ['with Headers', { headers: new Headers(signedBy(SECRET)) }],
    [
      'with names in capitals and lists of values',
      {
        headers: Object.fromEntries(Object.entries(signedBy(SECRET)).map(([k, v]) => [k.toUpperCase(), [v]])),
      },
    ],
    ['by one of several secrets', { secret: [OTHER, SECRET] }],
    [
      'by one of several signatures',
      {
        headers: {
          ...signedBy(SECRET),
          'webhook-signature': `v1a,xyz ${signedBy(OTHER)['webhook-signature']} ${signedBy(SECRET)['webhook-signature']}`,
        },
      },
    ],
    ['five minutes late', { nowMs: NOW + 300_000 }],
  ] as [string, Partial<Parameters<typeof verifyWebhook>[0]>][])('%s', async (_name, change) => {
    expect(await verify(change)).toEqual(JSON.parse(body));
  });
});

describe('a message is refused', () => {
  test.each([
    ['of another secret', { secret: OTHER }, 'fits none of the secrets'],
    ['with a changed body', { body: body.replace('evt_1', 'evt_2') }, 'fits none of the secrets'],
    ['with a changed id', { headers: { ...signedBy(SECRET), 'webhook-id': 'evt_2' } }, 'fits none'],
    ['of before', { nowMs: NOW + 301_000 }, 'differs by more than 300 s'],
    ['of the future', { nowMs: NOW - 301_000 }, 'differs by more than 300 s'],
    ['without a time', { headers: { ...signedBy(SECRET), 'webhook-timestamp': 'x' } }, 'differs by more'],
    [
      'without a signature',
      { headers: { 'webhook-id': 'a', 'webhook-timestamp': '1' } },
      'webhook-signature is missing',
    ],
    [
      'with a signature that is no base64',
      { headers: { ...signedBy(SECRET), 'webhook-signature': 'v1,*' } },
      'fits none',
    ],
    ['with a secret that is none', { secret: 'whsec_' }, 'secret must be the text'],
  ] as [string, Partial<Parameters<typeof verifyWebhook>[0]>, string][])(
    '%s',
    async (_name, change, words) => {
      const error = await verify(change).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WebhookError);
      expect((error as Error).message).toContain(words);
    },
  );
});
