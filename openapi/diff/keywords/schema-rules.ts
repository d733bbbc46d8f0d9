/**
 * The rules of schemas: keyword × kind of change × direction → verdict, and why.
 *
 * Two laws make most of the table. A request schema says what the server accepts, so a change that takes values away breaks the
 * clients that send them. A response schema says what a client must expect, so a change that lets in values breaks the clients that
 * never saw them. Rows that leave these laws say `convention` in their reason.
 */
import type { Direction, Verdict } from '../finding.ts';

export interface SchemaRule {
  rule: string;
  request: Verdict;
  response: Verdict;
  why: string;
}

/** What a change does to the set of values: the laws above turn it into the two verdicts. */
const narrows = { request: 'breaking', response: 'compatible' } as const;
const widens = { request: 'compatible', response: 'breaking' } as const;
const changes = { request: 'breaking', response: 'breaking' } as const;
const neutral = { request: 'compatible', response: 'compatible' } as const;

const UPPER_BOUNDS = ['maximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];
const LOWER_BOUNDS = ['minimum', 'minLength', 'minItems', 'minProperties'];
/** Keywords whose value is one constraint that is there or not. */
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
    row(`${keyword}.lowered`, narrows, 'values between the two bounds are allowed no more'),
    row(`${keyword}.raised`, widens, 'values between the two bounds are new'),
    row(`${keyword}.unset`, widens, 'values above the old bound are new'),
  ]),
  ...LOWER_BOUNDS.flatMap((keyword) => [
    row(`${keyword}.set`, narrows, 'values below the new bound were allowed'),
    row(`${keyword}.raised`, narrows, 'values between the two bounds are allowed no more'),
    row(`${keyword}.lowered`, widens, 'values between the two bounds are new'),
    row(`${keyword}.unset`, widens, 'values below the old bound are new'),
  ]),
  // Never absent: `contains` without it asks for one item.
  row('minContains.raised', narrows, 'arrays with fewer such items are allowed no more'),
  row('minContains.lowered', widens, 'arrays with fewer such items are new'),
  row('multipleOf.set', narrows, 'values that are no multiple were allowed'),
  row('multipleOf.changed', changes, 'one step does not contain the other'),
  row('multipleOf.narrowed', narrows, 'the new step leaves values of the old one out'),
  row('multipleOf.widened', widens, 'the new step lets in values between the old ones'),
  row('multipleOf.unset', widens, 'values that are no multiple are new'),
  row('uniqueItems.set', narrows, 'arrays with equal items were allowed'),
  row('uniqueItems.unset', widens, 'arrays with equal items are new'),
];

const TYPES = [
  row('type.narrowed', narrows, 'a type of the base is allowed no more'),
  row('type.widened', widens, 'a type is allowed that the base did not have'),
  row('type.changed', changes, 'the types of base and head do not contain each other'),
  row('nullable.set', widens, 'null is allowed and was not'),
  row('nullable.unset', narrows, 'null was allowed'),
  row('format.set', narrows, 'values that do not have the format were allowed'),
  row('format.unset', widens, 'values that do not have the format are new'),
  row('format.narrowed', narrows, 'the new format holds fewer values'),
  row('format.widened', widens, 'the new format holds more values'),
  row('format.changed', changes, 'one format does not contain the other'),
  row('schema.never', narrows, 'nothing is allowed here any more'),
  row('schema.possible', widens, 'nothing was allowed here'),
];

const VALUES = [
  row('enum.value-removed', narrows, 'a value of the list is allowed no more'),
  row('enum.value-added', widens, 'a value is new that clients do not know'),
  row('enum.set', narrows, 'values outside the new list were allowed'),
  row('enum.unset', widens, 'values outside the old list are new'),
  row('const.set', narrows, 'other values than the constant were allowed'),
  row('const.unset', widens, 'other values than the constant are new'),
  row('const.changed', changes, 'the one allowed value is another'),
  row('x-extensible-enum.value-removed', narrows, 'a known value is allowed no more'),
  row('x-extensible-enum.value-added', neutral, 'clients were told that the list grows'),
  row('x-extensible-enum.set', neutral, 'the list names known values and does not exclude others'),
  row('x-extensible-enum.unset', neutral, 'the list named known values and did not exclude others'),
  row('default.added', neutral, 'leaving the value out was allowed before'),
  row(
    'default.changed',
    { request: 'review', response: 'compatible' },
    'leaving the value out means something else now; convention: information, as the values allowed are the same',
  ),
  row(
    'default.removed',
    { request: 'review', response: 'compatible' },
    'what leaving the value out means is not said any more; convention: information, as the values allowed are the same',
  ),
];

const STRINGS = [
  row('pattern.set', narrows, 'strings that do not match were allowed'),
  row(
    'pattern.generalised',
    { request: 'compatible', response: 'review' },
    'the new pattern matches everything',
  ),
  row(
    'pattern.changed',
    { request: 'breaking', response: 'review' },
    'whether the new pattern matches all that the old one did cannot be told; in responses, convention: information',
  ),
  row(
    'pattern.unset',
    { request: 'compatible', response: 'review' },
    'strings that do not match are new; convention: information, as clients seldom match what they are sent',
  ),
];

const PROPERTIES = [
  row('property.added', neutral, 'clients need not send it, and read past what they do not know'),
  row(
    'property.added-required',
    narrows,
    'clients of the base do not send it; a default does not fill in what is required',
  ),
  row(
    'property.became-required',
    narrows,
    'clients could leave it out; a default does not fill in what is required',
  ),
  row('property.became-optional', widens, 'clients were told that it is always there'),
  row(
    'property.removed',
    { request: 'breaking', response: 'compatible' },
    'clients that send it are ignored or refused; convention: counts although the set of values may not shrink',
  ),
  row(
    'property.removed-required',
    { request: 'compatible', response: 'breaking' },
    'clients were told that it is always there',
  ),
  row(
    'property.removed-optional',
    { request: 'compatible', response: 'breaking' },
    'clients that read it find nothing; convention: counts although it was optional',
  ),
  row(
    'property.removed-as-announced',
    neutral,
    'it was deprecated, and its sunset, if it had one, has passed',
  ),
  row('property.removed-unstable', neutral, 'its stability level, draft or alpha, promised nothing'),
  row('property.became-read-only', neutral, 'clients need not send it any more; convention: information'),
  row('property.became-not-read-only', neutral, 'clients may send it now'),
  row(
    'property.became-write-only',
    { request: 'compatible', response: 'review' },
    'clients that read it find nothing; convention: information',
  ),
  row('property.became-not-write-only', neutral, 'it is answered now as well'),
  row(
    'property.required-became-not-write-only',
    { request: 'compatible', response: 'breaking' },
    'what was only ever sent, such as a secret, now stands in every answer; convention: counts',
  ),
  row(
    'required.undescribed-added',
    { request: 'review', response: 'compatible' },
    'a name is required that no property describes; convention: information, as it is most likely a slip of the pen',
  ),
  row(
    'required.undescribed-removed',
    { request: 'compatible', response: 'review' },
    'a name is required no more that no property describes; convention: information',
  ),
  row('additionalProperties.closed', narrows, 'properties outside the described ones were allowed'),
  row(
    'additionalProperties.opened',
    { request: 'compatible', response: 'review' },
    'properties can appear that are not described; clients read past what they do not know',
  ),
  row('additionalProperties.constrained', narrows, 'undescribed properties could have any value'),
  row('additionalProperties.unconstrained', widens, 'undescribed properties can have any value now'),
];

const MEMBERS = [
  row('oneOf.added', widens, 'an alternative is new that clients do not know'),
  row('oneOf.removed', narrows, 'an alternative is allowed no more'),
  row('anyOf.added', widens, 'an alternative is new that clients do not know'),
  row('anyOf.removed', narrows, 'an alternative is allowed no more'),
  row('allOf.added', narrows, 'one more schema must hold; convention: counts unless it only annotates'),
  row('oneOf.wrapped', neutral, 'the old schema lives on among the alternatives'),
  row(
    'oneOf.wrapped-unfit',
    changes,
    'no alternative takes the place of the old schema, or more than one does',
  ),
  row('oneOf.unwrapped', neutral, 'the schema takes the place of the alternatives'),
  row('oneOf.unwrapped-unfit', changes, 'the schema does not take the place of every alternative'),
  row(
    'oneOf.became-anyOf',
    { request: 'compatible', response: 'review' },
    'values can fit several alternatives at once',
  ),
  row(
    'anyOf.became-oneOf',
    { request: 'review', response: 'compatible' },
    'values that fit several alternatives are refused',
  ),
  row('not.narrowed', narrows, 'more is excluded'),
  row('not.widened', widens, 'less is excluded'),
  row('not.changed', changes, 'what is excluded is another'),
  row('if.changed', changes, 'the condition decides otherwise'),
];

const CONDITIONS = CONSTRAINTS.flatMap((keyword) => [
  row(`${keyword}.added`, narrows, 'values that do not keep to it were allowed'),
  row(`${keyword}.removed`, widens, 'values that do not keep to it are new'),
]);

const CHANGED_CONDITIONS = [
  row('dependentRequired.narrowed', narrows, 'more properties are asked for along with another'),
  row('dependentRequired.widened', widens, 'fewer properties come along with another'),
  row('dependentRequired.changed', changes, 'other properties are asked for along with another'),
  row('contentEncoding.changed', changes, 'the string is encoded otherwise'),
  row('contentMediaType.changed', changes, 'the string holds another kind of document'),
];

/** Convention counts all of these as information: what values are allowed is said, and judged, by the alternatives themselves. */
const DISCRIMINATORS = [
  row(
    'discriminator.property-changed',
    { request: 'review', response: 'review' },
    'another property tells the alternatives apart',
  ),
  row(
    'discriminator.mapping-removed',
    { request: 'review', response: 'compatible' },
    'a value that named an alternative does not any more',
  ),
  row('discriminator.mapping-added', neutral, 'the alternative that it names is judged for itself'),
  row(
    'discriminator.mapping-changed',
    { request: 'review', response: 'review' },
    'a value names another alternative',
  ),
  row(
    'discriminator.added',
    { request: 'review', response: 'compatible' },
    'a property that clients may not send tells the alternatives apart',
  ),
  row(
    'discriminator.removed',
    { request: 'compatible', response: 'review' },
    'nothing says any more which alternative it is',
  ),
];

const LIFECYCLE = [
  row('property.deprecated', neutral, 'it still works'),
  row('property.reactivated', neutral, 'it is there to stay'),
  row('property.sunset-invalid', changes, 'nobody can tell when it will go'),
  row('property.sunset-removed', changes, 'nobody can tell any more when it will go'),
  row('property.sunset-moved', neutral, 'the day on which it will go is another'),
  row('property.sunset-brought-forward', changes, 'it goes earlier than announced'),
  row('property.sunset-passed', changes, 'the day on which it goes is past already'),
  row('property.stability-invalid', changes, 'the level is none of draft, alpha, beta and stable'),
  row('property.stability-decreased', changes, 'less is promised than before'),
  row('property.stability-increased', neutral, 'more is promised than before'),
];

/** Why a rule has its verdict in a direction. */
export function reason(rule: SchemaRule, direction: Direction): string {
  if (rule[direction] !== 'compatible' || rule.request === rule.response) return rule.why;
  return direction === 'request'
    ? 'what clients send is still allowed'
    : 'clients get nothing that they were not told of';
}

/** Every rule of schemas, by its name without the direction. */
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
