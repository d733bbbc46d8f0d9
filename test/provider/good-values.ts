/** Values that a schema allows, made by fast-check. */
import fc from 'fast-check';
import type { Schema } from './contract.ts';
import { fitsJson } from './schema.ts';

/** Longer texts and lists than this would only cost time; the bounds themselves are tried as well. */
const LONG = 24;

/** @param every whether all optional members are there */
export function goodValues(schema: Schema, every = false): fc.Arbitrary<unknown> {
  return valuesOf(schema, every).filter((value) => fitsJson(schema, value));
}

function valuesOf(schema: Schema, every: boolean): fc.Arbitrary<unknown> {
  const { nullable, anyOf, oneOf } = schema;
  const values =
    (anyOf ?? oneOf)
      ? fc.oneof(...(anyOf ?? oneOf)!.map((one) => valuesOf(one, every)))
      : plain(schema, every);
  return nullable && !every ? fc.option(values, { freq: 4 }) : values;
}

function plain(schema: Schema, every: boolean): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return texts(schema);
    case 'integer':
      return integers(schema);
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const { items = {}, minItems = 0, maxItems = LONG } = schema;
      return fc.array(valuesOf(items, every), {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + 3),
      });
    }
    case 'object':
      return objects(schema, every);
    default:
      return anything;
  }
}

function objects({ properties, required = [], additionalProperties: rest }: Schema, every: boolean) {
  const members = Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, schema]) => [name, valuesOf(schema, every)]),
  );
  if (properties)
    return fc.record(members, {
      requiredKeys: every ? Object.keys(members) : required,
      noNullPrototype: true,
    });
  const entries = typeof rest === 'object' ? valuesOf(rest, every) : anything;
  // `__proto__` is refused everywhere, as the contract says of 400.
  const names = fc.stringMatching(/^[A-Za-z0-9_.-]{1,40}$/).filter((name) => name !== '__proto__');
  return fc.dictionary(names, entries, {
    minKeys: every ? 1 : 0,
    maxKeys: 5,
    noNullPrototype: true,
  });
}

function integers({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema): fc.Arbitrary<number> {
  const small = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 5) });
  return fc.oneof(
    small,
    fc.maxSafeInteger().map((n) => minimum + (Math.abs(n) % (maximum - minimum + 1))),
    fc.constant(maximum),
  );
}

function texts({ format, pattern, example, minLength = 0, maxLength = LONG }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return times;
  const length = { minLength, maxLength: Math.min(maxLength, Math.max(minLength, LONG)) };
  // fast-check cannot make texts of `\p{…}`; those patterns leave nearly everything in.
  if (pattern !== undefined && !pattern.includes('\\p{')) {
    const matching = fc.stringMatching(new RegExp(pattern));
    // A pattern may say less than is true: not all of three letters is a currency.
    return typeof example === 'string'
      ? fc.oneof(matching, { arbitrary: fc.constant(example), weight: 5 })
      : matching;
  }
  const free = fc.oneof(
    fc.string(length),
    fc.string({ ...length, unit: 'binary' }),
    fc.constant('x'.repeat(maxLength)),
  );
  return pattern === undefined ? free : free.filter((text) => new RegExp(pattern, 'u').test(text));
}

const anything = fc
  .jsonValue({ maxDepth: 1 })
  .filter((value) => !JSON.stringify(value).includes('__proto__'));

const times = fc
  .tuple(
    fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    fc.constantFrom('Z', '+02:00', '-11:30'),
  )
  .map(([date, zone]) => date.toISOString().replace('Z', zone));
