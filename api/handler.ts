/** The handler of an operation, and its argument. */
import type { Context } from 'koa';
import type { DatabasePool } from 'slonik';
import type { ReadAfter } from '../projections/read-after.ts';
import type { Replicas } from '../store/connections/replicas.ts';
import type { TenantConnections } from '../store/connections/tenant-connections.ts';
import type { Principal } from '../store/keys/api-keys.ts';
import type { Tail } from '../store/log/tail.ts';
import type { PersonalData } from '../store/personal/personal-data.ts';
import type { Keyring } from '../store/secrets/keyring.ts';
import type { AddressRule } from '../workers/sending/addresses.ts';
import type { Input } from './contract/validator.ts';
import type { Cursors } from './lists/cursor.ts';
import type { Edition } from './edition.ts';
import type { EndWait } from './admission/in-flight.ts';
import type { CommandPath } from './commands/execute.ts';
import type { RateLimits } from './limiter/rate-limit.ts';

export interface Services extends CommandPath {
  /** For what is of no tenant; statements of a tenant use its connections. */
  pool: DatabasePool;
  connections: TenantConnections;
  /** For lists, see `readList`. */
  replicas: Replicas;
  cursors: Cursors;
  /** Of the secrets of webhook endpoints. */
  keyring: Keyring;
  /** Opens the personal data of events and rows. */
  personal: PersonalData;
  /** The list of erasures outside of the database, if there is one. */
  erasuresFile: string | undefined;
  tail: Tail;
  readAfter: ReadAfter;
  /** Addresses that webhook endpoints may have. */
  webhooks: AddressRule;
}

export interface Call {
  ctx: Context;
  input: Input;
  /** Of the answer: one of those that the operation declares. */
  mediaType: string;
  services: Services;
  limits: RateLimits;
  edition: Edition;
  /**
   * Validates a body against the contract of an operation.
   *
   * @param isThorough whether to search all faults
   * @throws {Problem} 422
   */
  checkBody: (operationId: string, body: unknown, isThorough: boolean) => void;
  principal: Principal;
  /** Checks the key again, for a handler that has waited. See `Standing`. */
  confirm: () => Promise<void> | undefined;
  /**
   * Begins a wait by intent: meanwhile the request is not in flight.
   *
   * @returns `undefined` when there is no place to wait: answer at once
   */
  beginWait: () => EndWait | undefined;
}

export type Handler = (call: Call) => Promise<void>;

/** Handlers by `operationId`. */
export type Handlers = Record<string, Handler>;
