/** The noun *webhook endpoint*: a URL that receives the events of a tenant. */
import type { CommonQueryMethods, DatabaseTransactionConnection } from 'slonik';
import { toUuid } from '../../store/ids.ts';
import { reachable } from '../../store/unavailable.ts';
import {
  type EndpointSettings,
  ENDPOINTS_MAX,
  createEndpoint,
  deleteEndpoint,
  endpointDocument,
  findEndpoint,
  listEndpoints,
  newestNumber,
  updateEndpoint,
} from '../../store/webhooks/endpoints.ts';
import { SECRETS_MAX, readSecrets, rotateSecret } from '../../store/webhooks/secrets.ts';
import { type AddressRule, faultOfUrl } from '../../workers/sending/addresses.ts';
import { answer } from '../answer.ts';
import type { Edition } from '../edition.ts';
import { entityTag } from '../commands/entity-tag.ts';
import type { Call, Handlers } from '../handler.ts';
import { answerPage, bindingOf, positionOf, requireWithinList } from '../lists/page.ts';
import { conditionsOf, isNotModified, requireConditions } from '../commands/preconditions.ts';
import { Problem } from '../problem/problem.ts';
import { webhookCommand } from '../commands/webhook-command.ts';
import { withKnownEventTypes } from './known-event-types.ts';

/** Deliveries a second of an endpoint that sets no rate. */
const RATE_PER_SECOND_DEFAULT = 100;

export const webhookEndpointHandlers: Handlers = {
  async createWebhookEndpoint(call) {
    const { services, principal, edition, input } = call;
    const given = input.body as Partial<EndpointSettings> & { url: string };
    await webhookCommand(call, 'createWebhookEndpoint', async (transaction) => {
      requireConditions(conditionsOf(call.ctx), undefined);
      requireUrl(given.url, services.webhooks);
      const row = await createEndpoint(transaction, services.keyring, principal, {
        endpointId: toUuid(services.newId('whe')),
        edition: edition.name,
        url: given.url,
        description: given.description ?? '',
        event_types: given.event_types ?? null,
        max_per_second: given.max_per_second ?? RATE_PER_SECOND_DEFAULT,
      });
      if (row === undefined) {
        throw new Problem(
          'webhook_endpoints_full',
          `A tenant can have ${ENDPOINTS_MAX} webhook endpoints. Delete one first.`,
        );
      }
      const body = shown(edition, row);
      return { status: 201, location: `/webhook-endpoints/${body.id}`, version: row.version, body };
    });
  },

  async listWebhookEndpoints({ ctx, input, services, principal, edition }) {
    const { cursors } = services;
    const { limit, cursor } = input.query as { limit: number; cursor?: string };
    const { tenantId } = principal;
    const connection = services.connections.of(tenantId);
    const binding = bindingOf('webhook-endpoints', tenantId);
    const from = positionOf(cursors, cursor, binding) ?? 0;
    if (cursor !== undefined)
      requireWithinList(from, await reachable(newestNumber(connection, 'webhook_endpoints')));
    const { rows, next } = await reachable(listEndpoints(connection, { tenantId, from, limit }));
    const nextCursor = next === null ? null : cursors.encode({ position: next }, binding);
    const items = rows.map((row) => JSON.stringify(shown(edition, row))).join(',');
    answerPage(ctx, items, nextCursor, nextCursor !== null);
  },

  async getWebhookEndpoint(call) {
    const row = await endpointOf(call, call.services.connections.of(call.principal.tenantId));
    const etag = entityTag(row.version);
    call.ctx.set('ETag', etag);
    if (isNotModified(call.ctx, etag)) call.ctx.status = 304;
    else answer(call.ctx, 200, shown(call.edition, row));
  },

  async updateWebhookEndpoint(call) {
    const { services, principal, input, edition } = call;
    const patch = input.body as Partial<EndpointSettings>;
    await webhookCommand(call, 'updateWebhookEndpoint', async (transaction) => {
      const before = await lockEndpoint(call, transaction);
      const { url, description, event_types, max_per_second, status } = {
        ...endpointDocument(before),
        ...patch,
      } as EndpointSettings;
      if (patch.url !== undefined) requireUrl(url, services.webhooks);
      const settings = { url, description, event_types, max_per_second, status };
      const row = await updateEndpoint(transaction, principal, before, settings);
      return { status: 200, version: row.version, body: shown(edition, row) };
    });
  },

  async deleteWebhookEndpoint(call) {
    await webhookCommand(call, 'deleteWebhookEndpoint', async (transaction) => {
      await lockEndpoint(call, transaction);
      await deleteEndpoint(transaction, call.principal, endpointIdOf(call));
      return { status: 204 };
    });
  },

  async getWebhookSecret(call) {
    const { ctx, services, principal, edition } = call;
    const secrets = await reachable(
      readSecrets(
        services.connections.of(principal.tenantId),
        services.keyring,
        principal,
        endpointIdOf(call),
      ),
    );
    if (secrets === undefined) throw notFound();
    ctx.set('Cache-Control', 'no-store');
    const { previous_secrets, ...first } = secrets;
    answer(ctx, 200, edition.name === 'v1' ? first : { ...first, previous_secrets });
  },

  async rotateWebhookSecret(call) {
    const { previous_secret_hours: hours = 24 } = call.input.body as { previous_secret_hours?: number };
    const { services, principal } = call;
    await webhookCommand(call, 'rotateWebhookSecret', async (transaction) => {
      await lockEndpoint(call, transaction);
      const owner = { tenantId: principal.tenantId, endpointId: endpointIdOf(call) };
      const rotation = await rotateSecret(transaction, services.keyring, owner, hours);
      if (!('rotated' in rotation)) throw secretsFull(rotation.first_expires_at);
      const location = `/webhook-endpoints/${call.input.params['endpoint_id']}/secret`;
      return { status: 201, location, body: rotation.rotated };
    });
  },
};

const secretsFull = (firstExpiresAt: string) =>
  new Problem('invalid_body', `${SECRETS_MAX} secrets sign the messages of this endpoint, see errors.`, {
    errors: [
      {
        pointer: '/previous_secret_hours',
        detail: `must be 0, which ends all earlier secrets, until the first of them ends at ${firstExpiresAt}`,
      },
    ],
  });

const shown = (edition: Edition, row: Endpoint) => withKnownEventTypes(edition, endpointDocument(row));

function requireUrl(url: string, rule: AddressRule): void {
  const fault = faultOfUrl(url, rule);
  if (fault === undefined) return;
  throw new Problem('invalid_body', 'This URL cannot receive webhooks, see errors.', {
    errors: [{ pointer: '/url', detail: fault }],
  });
}

const notFound = () => new Problem('webhook_endpoint_not_found', 'This webhook endpoint does not exist.');

/** The UUID of the request's endpoint. */
export const endpointIdOf = ({ input }: Call): string => toUuid(input.params['endpoint_id']!);

type Endpoint = NonNullable<Awaited<ReturnType<typeof findEndpoint>>>;

/**
 * The request's endpoint.
 *
 * @throws {Problem} 404, also for the endpoint of another tenant
 */
export async function endpointOf(
  call: Call,
  connection: CommonQueryMethods,
  options?: { lock: boolean },
): Promise<Endpoint> {
  const row = await reachable(findEndpoint(connection, call.principal, endpointIdOf(call), options));
  if (row === undefined) throw notFound();
  return row;
}

/**
 * The endpoint of a write, locked until the end of the transaction.
 *
 * @throws {Problem} 404; 412 when `If-Match` does not name its version
 */
export async function lockEndpoint(
  call: Call,
  transaction: DatabaseTransactionConnection,
): Promise<Endpoint> {
  const row = await endpointOf(call, transaction, { lock: true });
  requireConditions(conditionsOf(call.ctx), row.version);
  return row;
}
