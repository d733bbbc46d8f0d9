/**
 * The record of administrative acts. An act and its record are one transaction, so neither exists
 * without the other. The table refuses changes of its rows.
 */
import { hostname, userInfo } from 'node:os';
import { type CommonQueryMethods, sql } from 'slonik';

export type ActName =
  | 'tenant_created'
  | 'tenant_limited'
  | 'series_set'
  | 'retention_set'
  | 'key_created'
  | 'key_rotated'
  | 'key_revoked'
  | 'key_limited'
  | 'endpoint_created'
  | 'endpoint_changed'
  | 'endpoint_deleted'
  | 'secret_rotated'
  | 'secrets_key_activated'
  | 'secrets_replaced'
  | 'projection_paused'
  | 'projection_resumed'
  | 'projection_rebuilt'
  | 'projection_rolled_back'
  | 'event_skipped'
  | 'log_imported'
  | 'personal_key_activated'
  | 'customer_erased'
  | 'metadata_marked';

export interface Act {
  act: ActName;
  /** `null`: the act concerns the whole installation. */
  tenantId: string | null;
  /** What was changed: a public id, or a name. */
  subject: string;
  /** No secrets, no URLs: they may contain secrets. */
  details?: Record<string, unknown>;
}

/** Who acts, and from where: the address of a client, or a host. */
export type Actor = { keyId: string; address: string } | { user: string; host: string };

/** Longer names of hosts and users are cut off. */
const NAME_CHARACTERS_MAX = 200;

/** The user of the operating system that runs this process. */
function localActor(): Actor {
  return { user: nameOfUser(), host: hostname() };
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user without a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * Records an act.
 *
 * @param transaction the one that acts
 * @param actor default: the user of this process
 */
export async function recordAct(
  transaction: CommonQueryMethods,
  { act, tenantId, subject, details = {} }: Act,
  actor: Actor = localActor(),
): Promise<void> {
  const [keyId, user, origin] =
    'keyId' in actor ? [actor.keyId, null, actor.address] : [null, actor.user, actor.host];
  await transaction.query(sql.unsafe`
    INSERT INTO administrative_acts (act, tenant_id, subject, actor_key_id, actor_user, origin, details)
    VALUES (${act}, ${tenantId}, ${subject}, ${keyId}, ${user?.slice(0, NAME_CHARACTERS_MAX) ?? null},
            ${origin.slice(0, NAME_CHARACTERS_MAX)}, ${JSON.stringify(details)})`);
}
