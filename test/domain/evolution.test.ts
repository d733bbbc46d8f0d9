/** Each schema version of stored events stays readable and unchanged. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { EVENT_SCHEMAS, EVENT_TYPES, type RecordedEvent } from '../../domain/order/events.ts';
import { fold } from '../../domain/order/order.ts';
import { UnknownEventError, type Upcasters, upcast } from '../../domain/order/upcast.ts';

const GOLDEN = new URL('./golden/', import.meta.url);
const read = <T>(name: string) => JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')) as T;

interface Stored {
  type: string;
  schema_version: number;
  data: unknown;
}

describe('the schema of every stored event', () => {
  test.each(EVENT_TYPES.map((type) => [type, EVENT_SCHEMAS[type].version] as const))(
    '%s of version %i is unchanged: a change needs a new version, with an upcaster',
    (type, version) => {
      const file = new URL(`schemas/${type}.v${version}.json`, GOLDEN);
      const schema = z.toJSONSchema(EVENT_SCHEMAS[type].data, { unrepresentable: 'any' });
      // A new version is recorded once, for review.
      if (!existsSync(file) && !process.env['CI'])
        writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
      expect(schema).toEqual(read(`schemas/${type}.v${version}.json`));
    },
  );

  test('has one file for each version, without a gap', () => {
    const kept = readdirSync(new URL('schemas/', GOLDEN)).sort();
    const expected = EVENT_TYPES.flatMap((type) =>
      Array.from({ length: EVENT_SCHEMAS[type].version }, (_, n) => `${type}.v${n + 1}.json`),
    );
    expect(kept).toEqual(expected.sort());
  });
});

describe('the golden corpus of stored events', () => {
  const streams = read<Record<string, { events: Stored[]; state: unknown }>>('streams.json');
  const recorded = ({ type, schema_version, data }: Stored, index: number) =>
    ({
      event_id: `evt_${String(index + 1).padStart(32, '0')}`,
      order_id: 'ord_1',
      version: index + 1,
      recorded_at: `2026-03-14T09:26:5${index}.000Z`,
      key_id: null,
      number: null,
      bytes: 0,
      ...upcast(type, schema_version, data),
    }) as RecordedEvent;

  test('has each event in each version', () => {
    const held = new Set(
      Object.values(streams).flatMap(({ events }) => events.map((e) => `${e.type} ${e.schema_version}`)),
    );
    for (const type of EVENT_TYPES.filter((each) => each !== 'CustomerErased'))
      // of no order
      for (let version = 1; version <= EVENT_SCHEMAS[type].version; version += 1)
        expect(held).toContain(`${type} ${version}`);
  });

  test.each(Object.entries(streams))(
    '%s: is read, conforms to the current schema, and folds to the recorded state',
    (_name, stream) => {
      const events = stream.events.map(recorded);
      for (const { type, data } of events) expect(EVENT_SCHEMAS[type].data.parse(data)).toEqual(data);
      expect(fold(events)).toEqual({ ...(stream.state as object), bytes: 0 });
    },
  );
});

describe('an upcaster', () => {
  const versions = { Priced: { version: 3 } };
  const upcasters: Upcasters = {
    Priced: [(data) => ({ ...data, currency: 'EUR' }), ({ price, ...data }) => ({ ...data, amount: price })],
  };

  test('does one step, and an old event passes all steps in sequence', () => {
    const old = Object.freeze({ price: 5 });
    expect(upcast('Priced', 1, old, upcasters, versions).data).toEqual({ currency: 'EUR', amount: 5 });
    expect(upcast('Priced', 2, { price: 5, currency: 'USD' }, upcasters, versions).data).toEqual({
      currency: 'USD',
      amount: 5,
    });
    expect(upcast('Priced', 3, { amount: 7 }, upcasters, versions).data).toEqual({ amount: 7 });
  });

  test.each([
    ['a version of the future', 'Priced', 4],
    ['a type of the future', 'Refined', 1],
    ['a type named after a member of Object.prototype', 'constructor', 1],
  ])('refuses %s', (_name, type, version) => {
    expect(() => upcast(type, version, {}, upcasters, versions)).toThrow(UnknownEventError);
  });

  test('that is missing is detected', () => {
    expect(() => upcast('Priced', 1, {}, {}, versions)).toThrow(UnknownEventError);
  });
});
