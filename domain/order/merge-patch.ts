/** JSON Merge Patch (RFC 7396) of an order's address and metadata. */
import type { z } from 'zod';
import type { FieldError } from '../rejection.ts';
import { issueText } from '../issue-text.ts';
import { type Command, type ShippingAddress, metadata, shippingAddress } from './commands.ts';
import type { Order } from './order.ts';

type Merged = { shipping_address: ShippingAddress | null; metadata: Record<string, string> };

/** The address and metadata after the patch, or the errors in them. */
export function mergePatch(
  order: Pick<Order, 'shipping_address' | 'metadata'>,
  patch: Command<'UpdateOrder'>['data'],
): Merged | { errors: FieldError[] } {
  const address = merge(order.shipping_address, patch.shipping_address);
  const entries = merge(order.metadata, patch.metadata) ?? {};
  const errors = [
    ...fieldErrors('/shipping_address', shippingAddress.nullable().safeParse(address, { error: issueText })),
    ...fieldErrors('/metadata', metadata.safeParse(entries, { error: issueText })),
  ];
  if (errors.length > 0) return { errors };
  return { shipping_address: address as ShippingAddress | null, metadata: entries as Record<string, string> };
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

function fieldErrors(pointer: string, parsed: z.ZodSafeParseResult<unknown>): FieldError[] {
  return (parsed.error?.issues ?? []).map((issue) => ({
    pointer: [pointer, ...issue.path.map(String)].join('/'),
    detail: issue.message,
  }));
}
