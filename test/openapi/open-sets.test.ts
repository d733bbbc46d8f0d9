/** A new event type and new statuses pass the comparison of version 2 without an accepted break. */
import { expect, test } from '@jest/globals';
import type { Document } from '../../openapi/diff/documents/document.ts';
import { loadContract } from '../../openapi/diff/documents/load.ts';
import { findChanges } from '../../openapi/diff/operations/find-changes.ts';
import { TODAY } from './contracts.ts';

const FILE = new URL('../../openapi/v2.yaml', import.meta.url).pathname;
const base = loadContract(FILE);

// oxlint-disable-next-line typescript/no-explicit-any -- the parts of a contract
type Root = any;

/** The contract with a change. As JSON, so that a change affects only one use of a YAML anchor. */
function changed(document: Document, change: (root: Root) => void): Document {
  const root = JSON.parse(JSON.stringify(document.root)) as Root;
  change(root);
  return { ...document, root };
}

/** The rules of all changes, by verdict. */
function rulesOf(before: Document, after: Document): Record<string, Set<string>> {
  const found: Record<string, Set<string>> = {};
  for (const { verdict, rule } of findChanges(before, after, TODAY)) (found[verdict] ??= new Set()).add(rule);
  return found;
}

/** Adds the event type `OrderHeld` wherever the contract lists event types. */
function addEventType(root: Root): void {
  const { schemas } = root.components;
  const REF = '#/components/schemas/OrderHeld';
  schemas.OrderHeld = structuredClone(schemas.OrderCompleted);
  schemas.OrderHeld.properties.type.enum = ['OrderHeld'];
  schemas.Event.oneOf.push({ $ref: REF });
  schemas.Event.discriminator.mapping.OrderHeld = REF;
  schemas.WebhookEventType['x-extensible-enum'].push('OrderHeld');
  schemas.WebhookEventTypesInput.items.enum.push('OrderHeld');
  const types = root.paths['/v2/events'].get.parameters.find(({ name }: Root) => name === 'types');
  types.schema.pattern = types.schema.pattern.replaceAll('OrderPlaced', 'OrderPlaced|OrderHeld');
}

function addStatuses({ components: { schemas } }: Root): void {
  schemas.PaymentStatus['x-extensible-enum'].push('disputed');
  const { PaymentStatusFilter: paid, FulfillmentStatusFilter: fulfilled } = schemas;
  paid.pattern = paid.pattern.replaceAll('unpaid', 'unpaid|disputed');
  schemas.FulfillmentStatus['x-extensible-enum'].push('picked');
  fulfilled.pattern = fulfilled.pattern.replaceAll('unfulfilled', 'unfulfilled|picked');
}

test('a new event type', () => {
  expect(rulesOf(base, changed(base, addEventType))).toEqual({
    compatible: new Set([
      'response.oneOf.added-extensible',
      'response.discriminator.mapping-added',
      'response.x-extensible-enum.value-added',
      'request.enum.value-added',
      'request.pattern.words-added',
    ]),
  });
});

test('a new payment status and a new fulfillment status', () => {
  expect(rulesOf(base, changed(base, addStatuses))).toEqual({
    compatible: new Set(['response.x-extensible-enum.value-added', 'request.pattern.words-added']),
  });
});

test('a further member of an answer', () => {
  const head = changed(base, ({ components: { schemas } }: Root) => {
    schemas.Order.properties.shop = { type: 'string', nullable: true };
    schemas.Order.required.push('shop');
  });
  expect(rulesOf(base, head)).toEqual({ compatible: new Set(['response.property.added-required']) });
});

test('without the announcement, a new event type is a break', () => {
  const silent = changed(
    base,
    ({ components }: Root) => delete components.schemas.Event['x-extensible-one-of'],
  );
  expect(rulesOf(silent, changed(silent, addEventType))['breaking']).toEqual(
    new Set(['response.oneOf.added']),
  );
});

test('the removal of an event type from a filter is a break', () => {
  expect(rulesOf(changed(base, addEventType), base)['breaking']).toContain('request.pattern.changed');
});
