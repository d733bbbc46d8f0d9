/**
 * Scopes of API keys. An operation needs one scope, which the contract names. Some scopes have
 * parts: a key with the whole scope has all of its parts, also those that were added after the key.
 */

/** Whole scopes, and the parts of each. */
const PARTS = {
  'orders:read': ['events:read', 'receipts:read', 'sales:read'],
  'orders:write': [
    'orders:place',
    'orders:update',
    'payments:write',
    'shipments:write',
    'returns:write',
    'refunds:write',
    'cancellations:write',
    'completions:write',
    'edits:write',
    'holds:write',
  ],
  'webhooks:read': [],
  'webhooks:write': ['endpoints:write', 'secrets:read', 'secrets:write', 'deliveries:write'],
  /** Of no sum: it is final, and no key of before has it. */
  'customers:erase': [],
} as const;

type WholeScope = keyof typeof PARTS;
export type Scope = WholeScope | (typeof PARTS)[WholeScope][number];

/** All scopes: the whole ones first, then their parts. */
export const SCOPES: readonly Scope[] = [
  ...(Object.keys(PARTS) as WholeScope[]),
  ...Object.values(PARTS).flatMap((parts): readonly Scope[] => parts),
];

/** Scopes for common uses of a key. */
export const PRESETS: Readonly<Record<string, readonly Scope[]>> = {
  storefront: ['orders:read', 'orders:place', 'orders:update', 'cancellations:write'],
  warehouse: ['orders:read', 'shipments:write', 'returns:write', 'completions:write'],
  accountant: ['orders:read', 'payments:write', 'refunds:write'],
};

const partsOf = (scope: string): readonly Scope[] =>
  Object.hasOwn(PARTS, scope) ? PARTS[scope as WholeScope] : [];

/** @returns the scopes and all of their parts */
export function expandScopes(scopes: readonly string[]): ReadonlySet<string> {
  return new Set(scopes.flatMap((scope) => [scope, ...partsOf(scope)]));
}

/** @returns the same rights in the fewest scopes, for storage: no part beside its whole scope */
export function shortenScopes(scopes: readonly Scope[]): readonly Scope[] {
  const contained = new Set<string>(scopes.flatMap(partsOf));
  return SCOPES.filter((scope) => scopes.includes(scope) && !contained.has(scope));
}
