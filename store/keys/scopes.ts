/**
 * What API keys may do. An operation needs one scope, which the contract names; a sum has all of
 * its parts, so that a key which was made before there were parts can do what it always could.
 */

/** The sums, and what each contains beside its own name. */
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
  ],
  'webhooks:read': [],
  'webhooks:write': ['endpoints:write', 'secrets:read', 'secrets:write', 'deliveries:write'],
} as const;

type Sum = keyof typeof PARTS;
export type Scope = Sum | (typeof PARTS)[Sum][number];

/** The sums, and behind them the parts of each. */
export const SCOPES: readonly Scope[] = [
  ...(Object.keys(PARTS) as Sum[]),
  ...Object.values(PARTS).flatMap((parts): readonly Scope[] => parts),
];

/** What somebody's key is for, and the scopes that this takes. */
export const PRESETS: Readonly<Record<string, readonly Scope[]>> = {
  storefront: ['orders:read', 'orders:place', 'orders:update', 'cancellations:write'],
  warehouse: ['orders:read', 'shipments:write', 'returns:write', 'completions:write'],
  accountant: ['orders:read', 'payments:write', 'refunds:write'],
};

const partsOf = (scope: string): readonly Scope[] => (Object.hasOwn(PARTS, scope) ? PARTS[scope as Sum] : []);

/** All that the bearer of these scopes may do: what a request is held to. */
export function expandScopes(scopes: readonly string[]): ReadonlySet<string> {
  return new Set(scopes.flatMap((scope) => [scope, ...partsOf(scope)]));
}

/**
 * The same rights in the fewest names, as they are stored: without those that a sum among them
 * contains.
 */
export function shortenScopes(scopes: readonly Scope[]): readonly Scope[] {
  const contained = new Set<string>(scopes.flatMap(partsOf));
  return SCOPES.filter((scope) => scopes.includes(scope) && !contained.has(scope));
}
