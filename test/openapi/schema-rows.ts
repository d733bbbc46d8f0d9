/** A row for each rule of schemas: a schema before and after. */
import { CAT, DOG, type Fragment, type Version, list, number, object, text } from './contracts.ts';

export type Row = [rule: string, base: unknown, head: unknown, versions?: Version[]];

const V30: Version[] = ['3.0.3'];
const V31: Version[] = ['3.1.0'];
const BIRD = object({ sing: text() }, { required: ['sing'] });
const toldApart = (mapping?: Fragment, propertyName = 'kind'): Fragment => ({
  oneOf: [CAT, DOG],
  discriminator: { propertyName, ...(mapping && { mapping }) },
});

/** A row for the keyword set, moved up, moved down and unset, with a schema around it. */
const bound = (keyword: string, around: (more: Fragment) => Fragment, versions?: Version[]): Row[] => {
  const rows: Row[] = [
    [`${keyword}.raised`, around({ [keyword]: 4 }), around({ [keyword]: 5 }), versions],
    [`${keyword}.lowered`, around({ [keyword]: 5 }), around({ [keyword]: 4 }), versions],
    [`${keyword}.set`, around({}), around({ [keyword]: 4 }), versions],
    [`${keyword}.unset`, around({ [keyword]: 4 }), around({}), versions],
  ];
  return keyword === 'minContains' ? rows.slice(0, 2) : rows; // without it, one is enough
};

const constraint = (keyword: string, value: unknown, around: (more: Fragment) => Fragment): Row[] => [
  [`${keyword}.added`, around({}), around({ [keyword]: value }), V31],
  [`${keyword}.removed`, around({ [keyword]: value }), around({}), V31],
];

export const SCHEMA_ROWS: Row[] = [
  ['type.narrowed', number(), { type: 'integer' }],
  ['type.narrowed', { type: ['string', 'integer'] }, text(), V31],
  ['type.narrowed', {}, text()],
  ['type.widened', { type: 'integer' }, number()],
  ['type.widened', text(), { oneOf: [text(), { type: 'boolean' }] }],
  ['type.widened', text(), {}],
  ['type.changed', text(), number()],
  ['type.changed', text(), list()],
  ['nullable.set', text(), text({ nullable: true }), V30],
  ['nullable.set', text(), { type: ['string', 'null'] }, V31],
  ['nullable.set', CAT, { oneOf: [{ type: 'null' }, CAT] }, V31],
  ['nullable.unset', text({ nullable: true }), text(), V30],
  ['nullable.unset', { type: ['string', 'null'] }, text(), V31],
  ['nullable.unset', { anyOf: [CAT, { type: 'null' }] }, CAT, V31],
  ['nullable.unset', { enum: ['a', null] }, text({ enum: ['a'] }), V31],
  ['format.set', text(), text({ format: 'uuid' })],
  ['format.unset', text({ format: 'uuid' }), text()],
  ['format.narrowed', { type: 'integer', format: 'int64' }, { type: 'integer', format: 'int32' }],
  ['format.widened', { type: 'integer', format: 'int32' }, { type: 'integer', format: 'int64' }],
  ['format.changed', text({ format: 'date' }), text({ format: 'date-time' })],
  ['schema.never', list({ items: text() }), list({ items: false }), V31],
  ['schema.possible', list({ items: false }), list({ items: text() }), V31],

  ['enum.value-removed', text({ enum: ['a', 'b'] }), text({ enum: ['b'] })],
  ['enum.value-added', text({ enum: ['a'] }), text({ enum: ['b', 'a'] })],
  ['enum.set', text(), text({ enum: ['a'] })],
  ['enum.unset', text({ enum: ['a'] }), text()],
  ['const.set', text(), text({ const: 'a' }), V31],
  ['const.unset', text({ const: 'a' }), text(), V31],
  ['const.changed', text({ const: 'a' }), text({ const: 'b' }), V31],
  ['enum.value-added', text({ const: 'a' }), text({ enum: ['a', 'b'] }), V31],
  [
    'x-extensible-enum.value-removed',
    text({ 'x-extensible-enum': ['a', 'b'] }),
    text({ 'x-extensible-enum': ['a'] }),
  ],
  [
    'x-extensible-enum.value-added',
    text({ 'x-extensible-enum': ['a'] }),
    text({ 'x-extensible-enum': ['a', 'b'] }),
  ],
  ['x-extensible-enum.set', text(), text({ 'x-extensible-enum': ['a'] })],
  ['x-extensible-enum.unset', text({ 'x-extensible-enum': ['a'] }), text()],
  ['default.added', text(), text({ default: 'a' })],
  ['default.changed', text({ default: 'a' }), text({ default: 'b' })],
  ['default.removed', text({ default: 'a' }), text()],

  ...bound('minimum', number),
  ...bound('maximum', number),
  ...bound('minLength', text),
  ...bound('maxLength', text),
  ...bound('minItems', list),
  ...bound('maxItems', list),
  ...bound('minProperties', (more) => object({}, more)),
  ...bound('maxProperties', (more) => object({}, more)),
  ...bound('minContains', (more) => list({ contains: text(), ...more }), V31),
  ...bound('maxContains', (more) => list({ contains: text(), ...more }), V31),
  ['minimum.raised', number({ minimum: 4 }), number({ minimum: 4, exclusiveMinimum: true }), V30],
  ['minimum.raised', number({ minimum: 4 }), number({ exclusiveMinimum: 4 }), V31],
  ['maximum.lowered', number({ maximum: 4 }), number({ maximum: 4, exclusiveMaximum: true }), V30],
  ['maximum.unset', number({ exclusiveMaximum: 4 }), number(), V31],
  ['multipleOf.set', number(), number({ multipleOf: 5 })],
  ['multipleOf.unset', number({ multipleOf: 5 }), number()],
  ['multipleOf.narrowed', number({ multipleOf: 5 }), number({ multipleOf: 10 })],
  ['multipleOf.widened', number({ multipleOf: 0.1 }), number({ multipleOf: 0.01 })],
  ['multipleOf.changed', number({ multipleOf: 4 }), number({ multipleOf: 6 })],
  ['uniqueItems.set', list(), list({ uniqueItems: true })],
  ['uniqueItems.unset', list({ uniqueItems: true }), list({ uniqueItems: false })],

  ['pattern.set', text(), text({ pattern: '^a' })],
  ['pattern.changed', text({ pattern: '^a' }), text({ pattern: '^b' })],
  ['pattern.generalised', text({ pattern: '^a' }), text({ pattern: '^.*$' })],
  ['pattern.unset', text({ pattern: '^a' }), text()],
  ...constraint('contentEncoding', 'base64', text),
  ['contentEncoding.changed', text({ contentEncoding: 'base64' }), text({ contentEncoding: 'base32' }), V31],
  ...constraint('contentMediaType', 'text/html', text),
  [
    'contentMediaType.changed',
    text({ contentMediaType: 'text/html' }),
    text({ contentMediaType: 'text/css' }),
    V31,
  ],
  ...constraint('contentSchema', object(), text),

  ['property.added', object(), object({ a: text() })],
  ['property.added-required', object(), object({ a: text() }, { required: ['a'] })],
  [
    'property.became-required',
    object({ a: text() }),
    object({ a: text({ default: 'x' }) }, { required: ['a'] }),
  ],
  ['property.became-optional', object({ a: text() }, { required: ['a'] }), object({ a: text() })],
  ['property.removed-as-announced', object({ a: text({ deprecated: true }) }), object()],
  [
    'property.removed-as-announced',
    object({ a: text({ deprecated: true, 'x-sunset': '2026-05-31' }) }),
    object(),
  ],
  ['property.removed-unstable', object({ a: text({ 'x-stability-level': 'alpha' }) }), object()],
  ['required.undescribed-added', object(), object({}, { required: ['a'] })],
  ['required.undescribed-removed', object({}, { required: ['a'] }), object()],
  ['additionalProperties.closed', object(), object({}, { additionalProperties: false })],
  ['additionalProperties.opened', object({}, { additionalProperties: false }), object()],
  ['additionalProperties.constrained', object(), object({}, { additionalProperties: text() })],
  ['additionalProperties.unconstrained', object({}, { additionalProperties: text() }), object()],
  ['additionalProperties.closed', object(), object({}, { unevaluatedProperties: false }), V31],
  ...constraint('unevaluatedProperties', text(), (more) => object({}, more)),
  ...constraint('unevaluatedItems', text(), list),
  ...constraint('patternProperties', { '^x-': text() }, (more) => object({}, more)),
  ...constraint('propertyNames', { pattern: '^a' }, (more) => object({}, more)),
  ...constraint('dependentSchemas', { a: { required: ['b'] } }, (more) => object({}, more)),
  ...constraint('dependentRequired', { a: ['b'] }, (more) => object({}, more)),
  ...constraint('contains', text(), list),
  ...constraint('not', CAT, (more) => object({}, more)),
  ...constraint('if', CAT, (more) => object({}, more)),
  ...constraint('then', CAT, (more) => object({}, { if: DOG, ...more })),
  ...constraint('else', CAT, (more) => object({}, { if: DOG, ...more })),
  [
    'dependentRequired.narrowed',
    { dependentRequired: { a: ['b'] } },
    { dependentRequired: { a: ['b', 'c'] } },
    V31,
  ],
  [
    'dependentRequired.widened',
    { dependentRequired: { a: ['b', 'c'] } },
    { dependentRequired: { a: ['b'] } },
    V31,
  ],
  [
    'dependentRequired.changed',
    { dependentRequired: { a: ['b'] } },
    { dependentRequired: { a: ['c'] } },
    V31,
  ],
  ['not.narrowed', { not: text({ maxLength: 5 }) }, { not: text({ maxLength: 9 }) }],
  ['not.widened', { not: text({ maxLength: 9 }) }, { not: text({ maxLength: 5 }) }],
  ['not.changed', { not: text() }, { not: number() }],
  ['if.changed', { if: CAT, else: DOG }, { if: BIRD, else: DOG }, V31],

  ['oneOf.added', { oneOf: [CAT, DOG] }, { oneOf: [DOG, BIRD, CAT] }],
  ['oneOf.removed', { oneOf: [CAT, DOG, BIRD] }, { oneOf: [DOG, CAT] }],
  ['anyOf.added', { anyOf: [CAT, DOG] }, { anyOf: [DOG, BIRD, CAT] }],
  ['anyOf.removed', { anyOf: [CAT, DOG, BIRD] }, { anyOf: [DOG, CAT] }],
  ['oneOf.became-anyOf', { oneOf: [CAT, DOG] }, { anyOf: [CAT, DOG] }],
  ['anyOf.became-oneOf', { anyOf: [CAT, DOG] }, { oneOf: [CAT, DOG] }],
  ['allOf.added', { allOf: [CAT, DOG] }, { allOf: [DOG, CAT, object({ bark: text() })] }],
  ['discriminator.added', { oneOf: [CAT, DOG] }, toldApart()],
  ['discriminator.removed', toldApart(), { oneOf: [CAT, DOG] }],
  ['discriminator.property-changed', toldApart(), toldApart(undefined, 'sort')],
  ['discriminator.mapping-added', toldApart({}), toldApart({ cat: 'Cat' })],
  ['discriminator.mapping-removed', toldApart({ cat: 'Cat' }), toldApart({})],
  ['discriminator.mapping-changed', toldApart({ cat: 'Cat' }), toldApart({ cat: 'Dog' })],

  ['property.deprecated', object({ a: text() }), object({ a: text({ deprecated: true }) })],
  ['property.reactivated', object({ a: text({ deprecated: true }) }), object({ a: text() })],
  [
    'property.sunset-removed',
    object({ a: text({ deprecated: true, 'x-sunset': '2027-01-01' }) }),
    object({ a: text({ deprecated: true }) }),
  ],
  [
    'property.sunset-moved',
    object({ a: text({ deprecated: true, 'x-sunset': '2027-01-01' }) }),
    object({ a: text({ deprecated: true, 'x-sunset': '2027-02-01' }) }),
  ],
  [
    'property.sunset-brought-forward',
    object({ a: text({ deprecated: true, 'x-sunset': '2027-01-01' }) }),
    object({ a: text({ deprecated: true, 'x-sunset': '2026-12-01' }) }),
  ],
  [
    'property.sunset-passed',
    object({ a: text({ deprecated: true }) }),
    object({ a: text({ deprecated: true, 'x-sunset': '2026-05-31' }) }),
  ],
  [
    'property.sunset-invalid',
    object({ a: text({ deprecated: true }) }),
    object({ a: text({ deprecated: true, 'x-sunset': 'soon' }) }),
  ],
  [
    'property.stability-invalid',
    object({ a: text() }),
    object({ a: text({ 'x-stability-level': 'solid' }) }),
  ],
  [
    'property.stability-decreased',
    object({ a: text() }),
    object({ a: text({ 'x-stability-level': 'beta' }) }),
  ],
  [
    'property.stability-increased',
    object({ a: text({ 'x-stability-level': 'alpha' }) }),
    object({ a: text({ 'x-stability-level': 'stable' }) }),
  ],
];

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
