/** The noun *authorization*: a promise of money that payments capture, until it is voided. */
import type { Handlers } from '../../handler.ts';
import { listedRecord } from './record.ts';

const notFound = {
  code: 'authorization_not_found',
  detail: 'This order does not have this authorization.',
} as const;

const authorization = listedRecord({
  command: 'RecordAuthorization',
  event: 'AuthorizationRecorded',
  path: 'authorizations',
  at: 'authorized_at',
  notFound,
});

const voiding = listedRecord({
  command: 'VoidAuthorization',
  event: 'AuthorizationVoided',
  path: 'authorizations',
  within: 'authorization_id',
  at: 'voided_at',
  notFound,
});

export const authorizationHandlers: Handlers = {
  recordAuthorization: authorization.record,
  listAuthorizations: authorization.list,
  getAuthorization: authorization.get,
  voidAuthorization: voiding.record,
};
