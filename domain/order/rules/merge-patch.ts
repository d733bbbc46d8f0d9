/** JSON Merge Patch (RFC 7396) of an order. */
import type { z } from 'zod';
import { issueText } from '../../issue-text.ts';
import type { FieldError } from '../../rejection.ts';
import { recordedAddress } from '../address.ts';
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
    ...addressErrors('/shipping_address', address),
    ...addressErrors('/billing_address', billing),
    ...fieldErrors('/metadata', metadata.safeParse(entries, { error: issueText })),
  ];
  if (errors.length > 0) return { errors };
  const { email, phone, note, tags } = patch;
  return {
    shipping_address: address as Merged['shipping_address'],
    metadata: entries as Merged['metadata'],
    ...(patch.billing_address !== undefined && {
      billing_address: billing as Merged['shipping_address'],
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

const addressErrors = (pointer: string, address: Members | null): FieldError[] =>
  fieldErrors(pointer, recordedAddress.nullable().safeParse(address, { error: issueText }));

function fieldErrors(pointer: string, parsed: z.ZodSafeParseResult<unknown>): FieldError[] {
  return (parsed.error?.issues ?? []).map((issue) => ({
    pointer: [pointer, ...issue.path.map(String)].join('/'),
    detail: issue.message,
  }));
}
