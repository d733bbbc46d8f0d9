/** The outcome of a request, in the format of the tables of these tests. */
import { expect } from '@jest/globals';
import { type ExactRequest, sendExactly } from '../../setup/exact-request.ts';
import { type Shop } from '../../setup/shop.ts';
/** `201`, or `400 invalid_parameter limit`: status, code, and the locations of the faults. */
export async function outcomeOf(shop: Shop, request: ExactRequest): Promise<string> {
  const { status, json } = await sendExactly(shop, request);
  if (status < 400) return String(status);
  const places = (json.errors ?? []).map(
    ({ pointer, parameter }: { pointer?: string; parameter?: string }) => pointer ?? parameter,
  );
  expect(json.status).toBe(status);
  return [status, json.code, ...new Set(places)].join(' ');
}
