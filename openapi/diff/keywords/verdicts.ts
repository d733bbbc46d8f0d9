/**
 * The rules of schemas: keyword × change × direction → verdict and reason.
 *
 * Two laws decide most rows. In a request, a change that removes values breaks the clients that
 * send them. In a response, a change that adds values breaks the clients that do not know them. The
 * reason of any other row contains `convention`.
 */
import type { Direction, Verdict } from '../finding.ts';
import { LIFECYCLE_VERDICTS } from '../lifecycle.ts';

export interface SchemaRule {
  rule: string;
  request: Verdict;
  response: Verdict;
  why: string;
}

/** The effect of a change on the set of values, with the verdicts of the two laws. */
const narrows = { request: 'breaking', response: 'compatible' } as const;
const widens = { request: 'compatible', response: 'breaking' } as const;
const changes = { request: 'breaking', response: 'breaking' } as const;
const neutral = { request: 'compatible', response: 'compatible' } as const;

const UPPER_BOUNDS = ['maximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];
const LOWER_BOUNDS = ['minimum', 'minLength', 'minItems', 'minProperties'];
/** Keywords whose value is one constraint, present or absent. */
const CONSTRAINTS = [
  'not',
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
];

const row = (rule: string, effect: Pick<SchemaRule, Direction>, why: string): SchemaRule => ({
  rule,
  ...effect,
  why,
});

const BOUNDS = [
  ...UPPER_BOUNDS.flatMap((keyword) => [
    row(`${keyword}.set`, narrows, 'values above the new bound were allowed'),
    row(`${keyword}.lowered`, narrows, 'values between the two bounds are no longer allowed'),
    row(`${keyword}.raised`, widens, 'values between the two bounds are new'),
    row(`${keyword}.unset`, widens, 'values above the old bound are new'),
  ]),
  ...LOWER_BOUNDS.flatMap((keyword) => [
    row(`${keyword}.set`, narrows, 'values below the new bound were allowed'),
    row(`${keyword}.raised`, narrows, 'values between the two bounds are no longer allowed'),
    row(`${keyword}.lowered`, widens, 'values between the two bounds are new'),
    row(`${keyword}.unset`, widens, 'values below the old bound are new'),
  ]),
  // Has no `set` or `unset`: without it, `contains` requires one item.
  row('minContains.raised', narrows, 'arrays with fewer such items are no longer allowed'),
  row('minContains.lowered', widens, 'arrays with fewer such items are new'),
  row('multipleOf.set', narrows, 'other values than multiples were allowed'),
  row('multipleOf.changed', changes, 'neither step is a multiple of the other'),
  row('multipleOf.narrowed', narrows, 'the new step excludes values of the old one'),
  row('multipleOf.widened', widens, 'the new step adds values between the old ones'),
  row('multipleOf.unset', widens, 'other values than multiples are new'),
  row('uniqueItems.set', narrows, 'arrays with equal items were allowed'),
  row('uniqueItems.unset', widens, 'arrays with equal items are new'),
];

const TYPES = [
  row('type.narrowed', narrows, 'a type of the base is no longer allowed'),
  row('type.widened', widens, 'a type is new'),
  row('type.changed', changes, 'neither set of types includes the other'),
  row('nullable.set', widens, 'null is new'),
  row('nullable.unset', narrows, 'null was allowed'),
  row('format.set', narrows, 'values without the format were allowed'),
  row('format.unset', widens, 'values without the format are new'),
  row('format.narrowed', narrows, 'the new format has fewer values'),
  row('format.widened', widens, 'the new format has more values'),
  row('format.changed', changes, 'neither format includes the other'),
  row('schema.never', narrows, 'no value is allowed any longer'),
  row('schema.possible', widens, 'no value was allowed'),
];

const VALUES = [
  row('enum.value-removed', narrows, 'a listed value is no longer allowed'),
  row('enum.value-added', widens, 'a value is new and unknown to clients'),
  row('enum.set', narrows, 'values outside the new list were allowed'),
  row('enum.unset', widens, 'values outside the old list are new'),
  row('const.set', narrows, 'other values than the constant were allowed'),
  row('const.unset', widens, 'other values than the constant are new'),
  row('const.changed', changes, 'the only allowed value changed'),
  row('x-extensible-enum.value-removed', narrows, 'a known value is no longer allowed'),
  row('x-extensible-enum.value-added', neutral, 'clients must expect new values'),
  row('x-extensible-enum.set', neutral, 'the list names known values and excludes none'),
  row('x-extensible-enum.unset', neutral, 'the list named known values and excluded none'),
  row('default.added', neutral, 'clients could omit the value before'),
  row(
    'default.changed',
    { request: 'review', response: 'compatible' },
    'omitting the value has another meaning; convention: information, because the allowed values are the same',
  ),
  row(
    'default.removed',
    { request: 'review', response: 'compatible' },
    'the meaning of omitting the value is undefined now; convention: information, because the allowed values are the same',
  ),
];

const STRINGS = [
  row('pattern.set', narrows, 'strings that do not match were allowed'),
  row(
    'pattern.generalised',
    { request: 'compatible', response: 'review' },
    'the new pattern matches every string',
  ),
  row('pattern.words-added', widens, 'the new pattern lists more words'),
  row(
    'pattern.changed',
    { request: 'breaking', response: 'review' },
    'it is unknown whether the new pattern includes the old one; in responses, convention: information',
  ),
  row(
    'pattern.unset',
    { request: 'compatible', response: 'review' },
    'strings that do not match are new; convention: information, because clients seldom check patterns',
  ),
];

const PROPERTIES = [
  row('property.added', neutral, 'clients need not send it, and ignore unknown properties'),
  row(
    'property.added-required',
    narrows,
    'clients of the base do not send it; a default does not replace a required property',
  ),
  row(
    'property.became-required',
    narrows,
    'clients could omit it; a default does not replace a required property',
  ),
  row('property.became-optional', widens, 'clients rely on its presence'),
  row(
    'property.removed',
    { request: 'breaking', response: 'compatible' },
    'the server ignores or refuses it; convention: breaking although the set of values may be the same',
  ),
  row(
    'property.removed-required',
    { request: 'compatible', response: 'breaking' },
    'clients rely on its presence',
  ),
  row(
    'property.removed-optional',
    { request: 'compatible', response: 'breaking' },
    'clients that read it get nothing; convention: breaking although it was optional',
  ),
  row('property.removed-as-announced', neutral, 'it was deprecated, and its sunset, if any, has passed'),
  row('property.removed-unstable', neutral, 'it was draft or alpha, which may change at any time'),
  row('property.became-read-only', neutral, 'clients no longer need to send it; convention: information'),
  row('property.became-not-read-only', neutral, 'clients may send it now'),
  row(
    'property.became-write-only',
    { request: 'compatible', response: 'review' },
    'clients that read it get nothing; convention: information',
  ),
  row('property.became-not-write-only', neutral, 'responses contain it now as well'),
  row(
    'property.required-became-not-write-only',
    { request: 'compatible', response: 'breaking' },
    'every response now contains a value, such as a secret, that was only sent; convention: breaking',
  ),
  row(
    'required.undescribed-added',
    { request: 'review', response: 'compatible' },
    'a required name has no described property; convention: information, because it is probably a mistake',
  ),
  row(
    'required.undescribed-removed',
    { request: 'compatible', response: 'review' },
    'a name without a described property is no longer required; convention: information',
  ),
  row('additionalProperties.closed', narrows, 'properties outside the described ones were allowed'),
  row(
    'additionalProperties.opened',
    { request: 'compatible', response: 'review' },
    'undescribed properties are new; clients ignore unknown properties',
  ),
  row('additionalProperties.constrained', narrows, 'undescribed properties could have any value'),
  row('additionalProperties.unconstrained', widens, 'undescribed properties can have any value now'),
];

const MEMBERS = [
  row('oneOf.added', widens, 'an alternative is new and unknown to clients'),
  row(
    'oneOf.added-extensible',
    neutral,
    'clients must expect new alternatives: the base has `x-extensible-one-of`',
  ),
  row('oneOf.removed', narrows, 'an alternative is no longer allowed'),
  row('anyOf.added', widens, 'an alternative is new and unknown to clients'),
  row('anyOf.removed', narrows, 'an alternative is no longer allowed'),
  row('allOf.added', narrows, 'one more schema must hold; convention: breaking unless it only annotates'),
  row('oneOf.wrapped', neutral, 'the old schema is one of the alternatives'),
  row('oneOf.wrapped-unfit', changes, 'no alternative replaces the old schema, or several do'),
  row('oneOf.unwrapped', neutral, 'the schema replaces the alternatives'),
  row('oneOf.unwrapped-unfit', changes, 'the schema does not replace every alternative'),
  row(
    'oneOf.became-anyOf',
    { request: 'compatible', response: 'review' },
    'a value may match several alternatives',
  ),
  row(
    'anyOf.became-oneOf',
    { request: 'review', response: 'compatible' },
    'a value that matches several alternatives is refused',
  ),
  row('not.narrowed', narrows, 'more values are excluded'),
  row('not.widened', widens, 'fewer values are excluded'),
  row('not.changed', changes, 'other values are excluded'),
  row('if.changed', changes, 'the condition selects other values'),
];

const CONDITIONS = CONSTRAINTS.flatMap((keyword) => [
  row(`${keyword}.added`, narrows, 'values outside this constraint were allowed'),
  row(`${keyword}.removed`, widens, 'values outside this constraint are new'),
]);

const CHANGED_CONDITIONS = [
  row('dependentRequired.narrowed', narrows, 'a property requires more other properties'),
  row('dependentRequired.widened', widens, 'a property requires fewer other properties'),
  row('dependentRequired.changed', changes, 'a property requires different other properties'),
  row('contentEncoding.changed', changes, 'the string has another encoding'),
  row('contentMediaType.changed', changes, 'the string holds another kind of document'),
];

/** By convention information only: the alternatives themselves decide the allowed values. */
const DISCRIMINATORS = [
  row(
    'discriminator.property-changed',
    { request: 'review', response: 'review' },
    'another property selects the alternative',
  ),
  row(
    'discriminator.mapping-removed',
    { request: 'review', response: 'compatible' },
    'a value no longer selects an alternative',
  ),
  row('discriminator.mapping-added', neutral, 'the named alternative is compared separately'),
  row(
    'discriminator.mapping-changed',
    { request: 'review', response: 'review' },
    'a value selects another alternative',
  ),
  row(
    'discriminator.added',
    { request: 'review', response: 'compatible' },
    'a property that clients may omit selects the alternative',
  ),
  row(
    'discriminator.removed',
    { request: 'compatible', response: 'review' },
    'no property selects the alternative any longer',
  ),
];

const LIFECYCLE = LIFECYCLE_VERDICTS.map(([change, verdict, why]) =>
  row(`property.${change}`, { request: verdict, response: verdict }, why),
);

/** The reason for the verdict of a rule in a direction. */
export function reasonOf(rule: SchemaRule, direction: Direction): string {
  if (rule[direction] !== 'compatible' || rule.request === rule.response) return rule.why;
  return direction === 'request'
    ? 'everything that clients send is still allowed'
    : 'clients get no unknown values';
}

/** All rules of schemas, by name without the direction. */
export const SCHEMA_RULES: ReadonlyMap<string, SchemaRule> = new Map(
  [
    ...TYPES,
    ...VALUES,
    ...BOUNDS,
    ...STRINGS,
    ...PROPERTIES,
    ...MEMBERS,
    ...CONDITIONS,
    ...CHANGED_CONDITIONS,
    ...DISCRIMINATORS,
    ...LIFECYCLE,
  ].map((rule) => [rule.rule, rule]),
);
