/** Steps and readers that the tests of the feed share. */
import { createHmac } from 'node:crypto';
import { expect } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { type Answer, type Shop, anOrder } from '../../setup/shop.ts';

export const outcome = ({ status, json }: Answer) => `${status} ${json?.code ?? ''}`.trim();
export const positions = ({ json }: Answer): number[] =>
  json.data.map(({ position }: { position: number }) => position);
export const typesOf = ({ json }: Answer): string[] => json.data.map(({ type }: { type: string }) => type);
export const faultOf = ({ json }: Answer) => json.errors?.[0];

export const place = async (shop: Shop, apiKey = shop.apiKey) => {
  const { status, json, headers } = await shop.ask('/v1/orders', { body: anOrder(), apiKey });
  expect(status).toBe(201);
  return { id: json.id as string, position: Number(headers.get('holdfast-position')) };
};
export const cancel = (shop: Shop, id: string) => shop.ask(`/v1/orders/${id}/cancellation`, { body: {} });
export const cursorOf = async (shop: Shop, query = '') =>
  (await shop.ask(`/v1/events?limit=100&${query}`)).json.next_cursor as string;

/** A cursor in the format of the previous release, which was bound to the requested types. */
export async function earlierCursor(shop: Shop, position: number, types: string[]): Promise<string> {
  const secret = await shop.pool.oneFirst(
    sql.type(
      z.object({ secret: z.instanceof(Buffer) }),
    )`SELECT secret FROM instance_secrets WHERE name = 'cursor'`,
  );
  const head = Buffer.alloc(9);
  head.writeUInt8(1, 0);
  head.writeBigUInt64BE(BigInt(position), 1);
  const binding = JSON.stringify(['events', shop.tenantId, ...types.toSorted()]);
  const mac = createHmac('sha256', secret).update(head).update(binding).digest().subarray(0, 16);
  return Buffer.concat([head, mac]).toString('base64url');
}
