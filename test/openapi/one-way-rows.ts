/** Rows of rules that differ by direction: a schema before and after, in one of them. */
import { CAT, DOG, number, object, text } from './contracts.ts';
import type { Row } from './schema-rows.ts';

/** Rules that apply in one direction only, or differ by direction. */
export const ONE_WAY_ROWS: [direction: 'request' | 'response', ...Row][] = [
  ['request', 'property.removed', object({ a: text() }), object()],
  ['request', 'property.removed', object({ a: text({ writeOnly: true }) }), object()],
  [
    'request',
    'property.removed',
    object({ a: text({ deprecated: true, 'x-sunset': '2026-06-02' }) }),
    object(),
  ],
  ['response', 'property.removed-required', object({ a: text() }, { required: ['a'] }), object()],
  ['response', 'property.removed-optional', object({ a: text() }), object()],
  [
    'request',
    'property.became-read-only',
    object({ a: text() }),
    object({ a: text({ readOnly: true, maxLength: 1 }) }),
  ],
  [
    'request',
    'property.became-not-read-only',
    object({ a: text({ readOnly: true }) }),
    object({ a: text() }),
  ],
  [
    'request',
    'property.added-required',
    object({ a: text({ readOnly: true }) }, { required: ['a'] }),
    object({ a: text() }, { required: ['a'] }),
  ],
  ['response', 'property.became-write-only', object({ a: text() }), object({ a: text({ writeOnly: true }) })],
  [
    'response',
    'property.became-not-write-only',
    object({ a: text({ writeOnly: true }) }),
    object({ a: text() }),
  ],
  [
    'response',
    'property.required-became-not-write-only',
    object({ a: text({ writeOnly: true }) }, { required: ['a'] }),
    object({ a: text() }, { required: ['a'] }),
  ],
  ['request', 'oneOf.wrapped', CAT, { oneOf: [CAT, DOG] }],
  ['response', 'oneOf.wrapped-unfit', CAT, { oneOf: [CAT, DOG] }],
  [
    'request',
    'oneOf.wrapped-unfit',
    object({ a: text(), b: text() }, { required: ['a', 'b'] }),
    {
      oneOf: [
        object({ a: text(), b: text() }, { required: ['a'] }),
        object({ a: text(), b: text() }, { required: ['b'] }),
      ],
    },
  ],
  [
    'response',
    'oneOf.wrapped',
    object({ a: text() }),
    {
      oneOf: [object({ a: text() }, { required: ['a'] }), object({ a: text({ maxLength: 1 }) })],
    },
  ],
  ['response', 'oneOf.unwrapped', { oneOf: [CAT, DOG] }, CAT],
  ['request', 'oneOf.unwrapped-unfit', { oneOf: [CAT, DOG] }, CAT],
  ['request', 'oneOf.unwrapped', { anyOf: [number({ minimum: 5 }), number({ maximum: -5 })] }, number()],
  ['response', 'type.narrowed', { oneOf: [text(), { type: 'boolean' }] }, text()],
];
