/** The networks that a key may be used from. */
import { isWithin } from '../platform/trusted-proxies.ts';
import type { Principal } from '../store/keys/api-keys.ts';
import type { Standing } from './authenticate.ts';
import { Problem } from './problem/problem.ts';

const isAllowed = ({ networks }: Principal, address: string): boolean =>
  networks.length === 0 || isWithin(address, networks);

/** @throws {Problem} 403 */
function requireAddress(principal: Principal, address: string): void {
  if (isAllowed(principal, address)) return;
  throw new Problem(
    'address_not_allowed',
    'This API key may not be used from the address of this client. Use it from one of its networks.',
  );
}

/**
 * Refuses a caller outside the networks of its key. It counts against its address: a stolen key must
 * not use up the quota of its owner.
 *
 * @throws {Problem} 403
 * @throws {RateLimited}
 */
export async function admitAddress(
  principal: Principal,
  address: string,
  limitAddress: () => Promise<void>,
): Promise<void> {
  if (!isAllowed(principal, address)) await limitAddress();
  requireAddress(principal, address);
}

/** Confirms the key and the scope, as {@link Standing} does, and the address of the caller. */
export function confirmFrom(standing: Standing, scope: string, address: string): Promise<void> | undefined {
  const confirming = standing.confirm(scope);
  if (confirming) return confirming.then(() => requireAddress(standing.principal, address));
  requireAddress(standing.principal, address);
  return undefined;
}
