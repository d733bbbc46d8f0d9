/** What the handler of an operation is given. */
import type { Context } from 'koa';
import type { DatabasePool } from 'slonik';
import type { Principal } from '../store/keys/api-keys.ts';
import type { Tail } from '../store/log/tail.ts';
import type { AddressRule } from '../workers/addresses.ts';
import type { Input } from './contract/validator.ts';
import type { Cursors } from './lists/cursor.ts';
import type { Edition } from './edition.ts';
import type { CommandPath } from './commands/execute.ts';
import type { RateLimits } from './limiter/rate-limit.ts';

export interface Services extends CommandPath {
  pool: DatabasePool;
  cursors: Cursors;
  tail: Tail;
  /** Where webhooks may go. */
  webhooks: AddressRule;
}

export interface Call {
  ctx: Context;
  input: Input;
  services: Services;
  limits: RateLimits;
  edition: Edition;
  /** Holds a body to the contract of an operation. Throws {@link Problem}, with all that is wrong or with the first of it. */
  checkBody: (operationId: string, body: unknown, isThorough: boolean) => void;
  principal: Principal;
  /** Whether the caller still may: for a handler that has waited. See `Standing`. */
  confirm: () => Promise<void> | undefined;
}

export type Handler = (call: Call) => Promise<void>;

/** Handlers by the `operationId` of their operation. */
export type Handlers = Record<string, Handler>;
