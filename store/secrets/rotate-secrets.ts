/** Re-encrypts all secrets under another key, in bounded steps, while nodes use them. */
import { randomBytes } from 'node:crypto';
import { type CommonQueryMethods, type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.ts';
import { type SecretOwner, currentPlace, earlierPlace } from '../webhooks/secrets.ts';
import { instancePlace } from './instance-secrets.ts';
import { type Keyring, SecretNotDecrypted, type SecretPlace } from './keyring.ts';

/** Endpoints in one transaction, which locks their rows. */
const STEP_ENDPOINTS_MAX = 50;
const SECRET_BYTES = 32;

export interface RotateOptions {
  keyring: Keyring;
  /** The id of the key to encrypt under; `null` stores secrets in the clear. */
  target: string | null;
  /** A lost key: secrets under it are replaced by new ones. */
  replace?: string | undefined;
}

export interface Rotated {
  /** Secrets that were encrypted under the target, or decrypted. */
  rotated: number;
  /** Secrets under the lost key that have a new value, or are gone. */
  replaced: number;
  /** Why secrets were left as they are. */
  failures: string[];
}

/**
 * Makes the target the active key, then re-encrypts what is not under it. Safe to interrupt and to
 * repeat: a run continues with what the runs before it left.
 */
export async function rotateSecrets(pool: DatabasePool, options: RotateOptions): Promise<Rotated> {
  const sum = nothing();
  /** Counts what a transaction did once it has committed: it may run twice. */
  const step = async <T>(run: (step: Step) => Promise<T>): Promise<T> => {
    const { value, done } = await pool.transaction(async (transaction) => {
      const done = nothing();
      const value = await run({ ...options, transaction, done });
      await recordReplaced(transaction, options, done.replaced);
      return { value, done };
    });
    sum.rotated += done.rotated;
    sum.replaced += done.replaced;
    sum.failures.push(...done.failures);
    return value;
  };
  await activate(pool, options.target);
  await step(rotateInstanceSecrets);
  let after: string | undefined = '00000000-0000-0000-0000-000000000000';
  while (after !== undefined) {
    const from: string = after;
    after = await step((each) => rotateEndpoints(each, from));
  }
  return sum;
}

const nothing = (): Rotated => ({ rotated: 0, replaced: 0, failures: [] });

/** One transaction of a rotation, and what it did. */
interface Step extends RotateOptions {
  transaction: DatabaseTransactionConnection;
  done: Rotated;
}

const activate = (pool: DatabasePool, target: string | null): Promise<void> =>
  pool.transaction(async (transaction) => {
    const { rowCount } = await transaction.query(sql.unsafe`
      UPDATE secrets_key SET key_id = ${target}, activated_at = now() WHERE key_id IS DISTINCT FROM ${target}`);
    if (rowCount === 0) return;
    const subject = target ?? 'clear';
    await recordAct(transaction, { act: 'secrets_key_activated', tenantId: null, subject });
  });

/** Whether a sealed column is not as the target wants it; also right for a secret in the clear. */
const isOutdated = (column: string[], target: string | null) =>
  sql.fragment`substring(${sql.identifier(column)} FROM 2 FOR 8) IS DISTINCT FROM decode(${target}::text, 'hex')`;

/** A secret under the target, in hexadecimal digits; `null`: it is lost; `undefined`: leave it. */
type Next = string | null | undefined;

function next({ keyring, target, replace, done }: Step, stored: Buffer, place: SecretPlace): Next {
  if (keyring.keyIdOf(stored) === target) return undefined;
  try {
    const hex = valueOf(keyring, target, keyring.open(stored, place), place);
    done.rotated += 1;
    return hex;
  } catch (error) {
    if (!(error instanceof SecretNotDecrypted)) throw error;
    if (error.keyId !== replace || keyring.ids.includes(replace)) {
      done.failures.push(error.message);
      return undefined;
    }
    done.replaced += 1;
    return null;
  }
}

const valueOf = (keyring: Keyring, target: string | null, secret: Buffer, place: SecretPlace): string =>
  (target === null ? secret : keyring.seal(secret, target, place)).toString('hex');

/** As {@link next}, with a new secret for a lost one. */
function nextOrNew(step: Step, stored: Buffer, place: SecretPlace): string | undefined {
  const hex = next(step, stored, place);
  return hex === null ? valueOf(step.keyring, step.target, randomBytes(SECRET_BYTES), place) : hex;
}

/** Sets the one of two columns that the target wants, and the other to NULL. */
function columns(target: string | null, clear: string, sealed: string, hex: string | null) {
  const [full, empty] = target === null ? [clear, sealed] : [sealed, clear];
  return sql.fragment`${sql.identifier([full])} = decode(${hex}::text, 'hex'), ${sql.identifier([empty])} = NULL`;
}

const instanceRow = z.object({ name: z.string(), secret: z.instanceof(Buffer) });

async function rotateInstanceSecrets(step: Step): Promise<void> {
  const { transaction, target } = step;
  const rows = await transaction.any(sql.type(instanceRow)`
    SELECT name, coalesce(secret, sealed_secret) AS secret FROM instance_secrets
     WHERE ${isOutdated(['sealed_secret'], target)} ORDER BY name FOR UPDATE`);
  for (const { name, secret } of rows) {
    const hex = nextOrNew(step, secret, instancePlace(name));
    if (hex === undefined) continue;
    await transaction.query(sql.unsafe`
      UPDATE instance_secrets SET ${columns(target, 'secret', 'sealed_secret', hex)} WHERE name = ${name}`);
  }
}

const endpointRow = z.object({
  endpoint_id: z.uuid(),
  tenant_id: z.uuid(),
  secret: z.instanceof(Buffer),
  previous: z.instanceof(Buffer).nullable(),
});
const earlierRow = z.object({ secret_id: z.uuid(), endpoint_id: z.uuid(), secret: z.instanceof(Buffer) });

/**
 * Rotates the secrets of the next endpoints.
 *
 * @returns the last of them; `undefined` when none is left
 */
async function rotateEndpoints(step: Step, after: string): Promise<string | undefined> {
  const { transaction, target } = step;
  // A rotation by the client takes the same lock.
  const endpoints = await transaction.any(sql.type(endpointRow)`
    SELECT endpoint_id, tenant_id, coalesce(secret, sealed_secret) AS secret,
           CASE WHEN previous_secret_expires_at > now()
                THEN coalesce(previous_secret, sealed_previous_secret) END AS previous
      FROM webhook_endpoints AS endpoint
     WHERE endpoint_id > ${after}
       AND (${isOutdated(['sealed_secret'], target)}
            OR (num_nonnulls(previous_secret, sealed_previous_secret) = 1
                AND ${isOutdated(['sealed_previous_secret'], target)})
            OR EXISTS (SELECT FROM webhook_secrets AS earlier
                        WHERE earlier.endpoint_id = endpoint.endpoint_id
                          AND ${isOutdated(['earlier', 'sealed_secret'], target)}))
     ORDER BY endpoint_id
     LIMIT ${STEP_ENDPOINTS_MAX}
       FOR NO KEY UPDATE`);
  for (const row of endpoints) await rotateEndpoint(step, row);
  await rotateEarlier(step, endpoints);
  return endpoints.at(-1)?.endpoint_id;
}

async function rotateEndpoint(
  step: Step,
  { endpoint_id: endpointId, tenant_id: tenantId, secret, previous }: z.output<typeof endpointRow>,
): Promise<void> {
  const { transaction, target } = step;
  const owner: SecretOwner = { tenantId, endpointId };
  const current = nextOrNew(step, secret, currentPlace(owner));
  // One that signs no more is removed.
  const earlier = previous === null ? null : next(step, previous, earlierPlace(owner));
  const changes = [
    ...(current === undefined ? [] : [columns(target, 'secret', 'sealed_secret', current)]),
    ...(earlier === undefined ? [] : [columns(target, 'previous_secret', 'sealed_previous_secret', earlier)]),
  ];
  if (changes.length === 0) return;
  await transaction.query(sql.unsafe`
    UPDATE webhook_endpoints SET ${sql.join(changes, sql.fragment`, `)} WHERE endpoint_id = ${endpointId}`);
}

/** Rotates the earlier secrets of locked endpoints, and removes those that sign no more. */
async function rotateEarlier(step: Step, endpoints: readonly z.output<typeof endpointRow>[]): Promise<void> {
  const { transaction, target } = step;
  const tenantOf = new Map(endpoints.map((each) => [each.endpoint_id, each.tenant_id]));
  const ids = sql.array([...tenantOf.keys()], 'uuid');
  await transaction.query(
    sql.unsafe`DELETE FROM webhook_secrets WHERE endpoint_id = ANY (${ids}) AND expires_at <= now()`,
  );
  const rows = await transaction.any(sql.type(earlierRow)`
    SELECT secret_id, endpoint_id, coalesce(secret, sealed_secret) AS secret FROM webhook_secrets
     WHERE endpoint_id = ANY (${ids}) AND ${isOutdated(['sealed_secret'], target)}`);
  for (const { secret_id, endpoint_id: endpointId, secret } of rows) {
    const hex = next(step, secret, earlierPlace({ tenantId: tenantOf.get(endpointId)!, endpointId }));
    if (hex === undefined) continue;
    await transaction.query(
      hex === null
        ? sql.unsafe`DELETE FROM webhook_secrets WHERE secret_id = ${secret_id}`
        : sql.unsafe`UPDATE webhook_secrets SET ${columns(target, 'secret', 'sealed_secret', hex)} WHERE secret_id = ${secret_id}`,
    );
  }
}

async function recordReplaced(
  transaction: CommonQueryMethods,
  { replace }: RotateOptions,
  count: number,
): Promise<void> {
  if (replace === undefined || count === 0) return;
  const act = { act: 'secrets_replaced', tenantId: null, subject: replace, details: { count } } as const;
  await recordAct(transaction, act);
}
