/** What a handler is given, and the handlers of every version by the `operationId` of its spec. */
import type { Context } from 'koa';
import type { DatabasePool } from 'slonik';
import type { Principal } from '../store/api-keys.ts';
import type { Input } from './contract/validator.ts';
import type { Cursors } from './cursor.ts';
import type { CommandPath } from './execute.ts';
import { orderHandlers } from './v1/orders.ts';

export interface Services extends CommandPath {
  pool: DatabasePool;
  cursors: Cursors;
}

export interface Call {
  ctx: Context;
  input: Input;
  services: Services;
  principal: Principal;
}

export type Handler = (call: Call) => Promise<void>;

export const HANDLERS: Record<string, Record<string, Handler>> = {
  v1: { ...orderHandlers },
};
