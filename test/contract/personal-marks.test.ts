/** The contract marks the members that the domain seals, and no others. */
import { describe, expect, test } from '@jest/globals';
import { loadSpec } from '../../api/contract/spec.ts';
import { EVENT_SCHEMAS, type OrderEvent } from '../../domain/order/events.ts';
import { PERSONAL_MEMBERS, sealedData } from '../../domain/personal/members.ts';

const NAMES = new Set<string>([...PERSONAL_MEMBERS, 'reason']);
/** An address is marked as a whole; the reasons of webhooks are of endpoints. */
const OTHERS = /Address|Webhook|Notice/;

interface Schema {
  'x-personal'?: string[];
  properties?: Record<string, unknown>;
}

describe.each(['v1', 'v2'] as const)('%s', (version) => {
  const { document } = loadSpec(version);
  const schemas = Object.entries((document as { components: { schemas: object } }).components.schemas).filter(
    ([name]) => !OTHERS.test(name),
  );

  test('each schema marks its personal members', () => {
    const wrong: string[] = [];
    const visit = (name: string, node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      const { 'x-personal': marked = [], properties = {} } = node as Schema;
      const personal = Object.keys(properties).filter((each) => NAMES.has(each));
      if (marked.toSorted().join() !== personal.toSorted().join()) wrong.push(`${name}: ${personal.join()}`);
      for (const [member, child] of Object.entries(node)) visit(`${name}/${member}`, child);
    };
    for (const [name, schema] of schemas) visit(name, schema);
    expect(wrong).toEqual([]);
  });
});

test.each(Object.entries(EVENT_SCHEMAS))('the store seals each personal member of %s', (type, { data }) => {
  const personal = Object.keys(data.shape).filter((name) => NAMES.has(name));
  const event = {
    type,
    data: { ...Object.fromEntries(Object.keys(data.shape).map((name) => [name, name])), patch: {} },
  } as unknown as OrderEvent;
  const sealed = sealedData(event, new Set(), (member) => ({ $sealed: member })) ?? {};
  const changed = Object.entries(sealed).filter(
    ([, value]) => typeof value === 'object' && '$sealed' in value,
  );
  expect(changed.map(([name]) => name).toSorted()).toEqual(personal.toSorted());
});
