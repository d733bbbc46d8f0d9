/** Values that a schema does not allow, each derived from a valid value by one change. */
import type { Schema } from './contract.ts';
import { fitsJson, fitsText } from './schema.ts';

export interface BadValue<T = unknown> {
  /** The fault and its location. */
  what: string;
  value: T;
}

/** @param good a valid value with all optional members */
export function badValues(schema: Schema, good: unknown): BadValue[] {
  return changes(schema, good, '').filter(({ value }) => !fitsJson(schema, value));
}

/** Texts that a parameter does not allow. */
export function badTexts(schema: Schema, good: unknown): BadValue<string>[] {
  return changes(schema, good, '')
    .filter(({ value }) => typeof value !== 'object')
    .map(({ what, value }) => ({ what, value: String(value) }))
    .filter(({ value }) => !fitsText(schema, value));
}

/** Removes the values that the schema allows after all. */
function changes(schema: Schema, good: unknown, location: string): BadValue[] {
  const { anyOf, oneOf } = schema;
  const choice = (anyOf ?? oneOf)?.find((one) => fitsJson(one, good));
  if (choice) return changes(choice, good, location);
  const here = Object.entries(replacements(schema, good)).map(([what, value]) => ({
    what: `${location || 'the whole'} ${what}`,
    value,
  }));
  return [...here, ...inside(schema, good, location)];
}

function replacements(
  { type, minLength, maxLength, minimum, maximum, minItems, maxItems, enum: all }: Schema,
  good: unknown,
) {
  return {
    'is null': null,
    'is a number': 17.5,
    'is a text': 'no such thing',
    'is a boolean': true,
    'is a list': [],
    'is an object': {},
    ...(type === 'string' && {
      'has a control character': 'a\u0000b',
      'has a space': 'a b',
      'is a wrong text': '~',
    }),
    ...(all && { 'is none of the choices': 'none_of_them' }),
    ...(minLength && { 'is too short': 'x'.repeat(minLength - 1) }),
    ...(maxLength && { 'is too long': `${'x'.repeat(maxLength)}x` }),
    ...(minimum !== undefined && { 'is too low': minimum - 1 }),
    ...(maximum !== undefined && { 'is too high': maximum + 1 }),
    ...(minItems && { 'has too few items': [] }),
    ...(maxItems &&
      Array.isArray(good) && { 'has too many items': Array.from({ length: maxItems + 1 }, () => good[0]) }),
  };
}

function inside(schema: Schema, good: unknown, location: string): BadValue[] {
  if (Array.isArray(good)) {
    return changes(schema.items ?? {}, good[0], `${location}/0`).map(({ what, value }) => ({
      what,
      value: [value, ...good.slice(1)],
    }));
  }
  if (typeof good !== 'object' || good === null) return [];
  const { properties = {}, required = [], additionalProperties: rest, maxProperties } = schema;
  const object = good as Record<string, unknown>;
  const missing = required.map((name) => {
    const { [name]: _gone, ...value } = object;
    return { what: `${location}/${name} is missing`, value };
  });
  const members = Object.entries(object).flatMap(([name, member]) =>
    changes(properties[name] ?? (typeof rest === 'object' ? rest : {}), member, `${location}/${name}`).map(
      ({ what, value }) => ({ what, value: { ...object, [name]: value } }),
    ),
  );
  const crowd = Array.from({ length: (maxProperties ?? 0) + 1 }, (_, n) => [`k${n}`, 'v']);
  return [
    ...missing,
    ...members,
    { what: `${location}/surprise is unknown`, value: { ...object, surprise: 1 } },
    ...(maxProperties
      ? [{ what: `${location} has too many members`, value: Object.fromEntries(crowd) as unknown }]
      : []),
  ];
}
