/**
 * The contract of version 1 and the zod schema of each command are equal, member by member, rule by
 * rule.
 * Clients read the contract; zod gives the canonical form and the types.
 */
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { loadSpec } from '../../api/contract/spec.ts';
import { V1_SCHEMAS } from '../../api/v1/commands.ts';

type Node = { [key: string]: unknown };

const OPERATIONS: Record<keyof typeof V1_SCHEMAS, string> = {
  PlaceOrder: 'placeOrder',
  UpdateOrder: 'updateOrder',
  RecordPayment: 'recordPayment',
  ShipItems: 'recordShipment',
  ReturnItems: 'recordReturn',
  RecordRefund: 'recordRefund',
  CancelOrder: 'cancelOrder',
  CompleteOrder: 'completeOrder',
};

/** Annotations, and rules of only one of the two languages; verdicts/ compares those. */
const LEFT_OUT = new Set([
  '$schema',
  'title',
  'description',
  'x-personal',
  'example',
  'examples',
  'default',
  'format', // int64; zod's integers are safe ones
  'propertyNames', // not in OpenAPI 3.0
  'maxProperties', // a refinement in zod
  'minProperties',
]);

/** A customer's id may not be `.` or `..`: one pattern in the contract, two in zod. */
const isTwoPatterns = ({ maxLength, pattern, allOf }: Node): boolean =>
  maxLength === 64 && (Array.isArray(allOf) || String(pattern).startsWith('^(?:'));

const { document, operations } = loadSpec('v1');
const NULL = { type: 'null' };

function resolved(node: Node): Node {
  const { $ref } = node;
  if (typeof $ref !== 'string') return node;
  const target = $ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => (at as Node)[name], document) as Node;
  return resolved(target);
}

/** The normal form of a schema: members sorted, `nullable` as an alternative. */
function normal(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(normal);
  if (given === null || typeof given !== 'object') return given;
  const { nullable, ...node } = resolved(given as Node);
  if (nullable === true) return 'enum' in node ? NULL : { anyOf: [normal(node), NULL] };
  const kept = Object.entries(node)
    .filter(([name]) => !LEFT_OUT.has(name))
    .filter(([name]) => !(isTwoPatterns(node) && (name === 'pattern' || name === 'allOf')))
    .map(([name, value]) => [name, normalMember(name, value)] as const);
  return Object.fromEntries(kept);
}

function normalMember(name: string, value: unknown): unknown {
  if (name === 'required') return (value as string[]).toSorted();
  if (name === 'pattern') return String(value).replaceAll('\\d', '[0-9]');
  if (name !== 'properties') return normal(value);
  return Object.fromEntries(
    Object.entries(value as Node).map(([member, schema]) => [member, normal(schema)]),
  );
}

test.each(Object.keys(V1_SCHEMAS) as (keyof typeof V1_SCHEMAS)[])(
  '%s has equal schemas in the contract and in zod',
  (type) => {
    const { body } = operations.find(({ id }) => id === OPERATIONS[type])!;
    const ofDomain = z.toJSONSchema(V1_SCHEMAS[type], { io: 'input' });
    expect(normal(ofDomain)).toEqual(normal(body!.schema));
  },
);
