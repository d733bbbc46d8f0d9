/** JSON Merge Patch (RFC 7396) of an order. */
import type { z } from 'zod';
import { issueText, withoutFollowing } from '../../issue-text.ts';
import type { FieldError } from '../../rejection.ts';
import { billingAddress, recordedAddress } from '../address.ts';
import { type Command, metadata } from '../commands.ts';
import type { EventOf } from '../events.ts';
import type { Order } from '../order.ts';

type Patch = Command<'UpdateOrder'>['data'];
type Merged = Omit<EventOf<'OrderUpdated'>['data'], 'patch'>;

/** The patched members of an order, or the errors in them. */
export function mergePatch(order: Order, patch: Patch): Merged | { errors: FieldError[] } {
  const address = merge(order.shipping_address, patch.shipping_address);
  const entries = merge(order.metadata, patch.metadata) ?? {};
  const billing = merge(order.billing_address ?? null, patch.billing_address);
  const errors = [
    ...errorsOf('/shipping_address', recordedAddress.nullable(), address),
    ...errorsOf('/billing_address', billingAddress.nullable(), billing),
    ...errorsOf('/metadata', metadata, entries),
  ];
  if (errors.length > 0) return { errors };
  const { email, phone, note, tags } = patch;
  return {
    shipping_address: address as Merged['shipping_address'],
    metadata: entries as Merged['metadata'],
    ...(patch.billing_address !== undefined && {
      billing_address: billing as Merged['billing_address'],
    }),
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
    ...(note !== undefined && { note }),
    ...(tags !== undefined && { tags: tags?.length === 0 ? null : tags }),
  };
}

type Members = Record<string, unknown>;

function merge(target: Members | null, patch: Members | null | undefined): Members | null {
  if (patch === undefined || patch === null) return patch === null ? null : target;
  const merged: Members = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

function errorsOf(pointer: string, schema: z.ZodType, value: unknown): FieldError[] {
  const { error } = schema.safeParse(value, { error: issueText });
  return withoutFollowing(error?.issues ?? []).map((issue) => ({
    pointer: [pointer, ...issue.path.map(String)].join('/'),
    detail: issue.message,
  }));
}
