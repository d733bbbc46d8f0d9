/** `npx holdfast webhooks`: shows which endpoints do not get their events, since when, and why. */
import {
  type CliCommand,
  CommandError,
  type CommandGroup,
  UsageError,
  quoted,
  wholeNumber,
} from '../../command-line/command.ts';
import { tenantFrom } from '../../store/cli/tenant-from.ts';
import { parseId } from '../../store/ids.ts';
import { type RelayBacklog, listBacklogs } from '../../store/webhooks/relay-backlogs.ts';
import {
  COUNTED_DELIVERIES_MAX,
  type ListedEndpoint,
  type WebhookStatus,
  readStatus,
} from '../../store/webhooks/status.ts';
import { UNREAD_REASONS, type UnreadReason, countUnread } from '../../store/webhooks/unread.ts';

const LISTED_ENDPOINTS_DEFAULT = 50;
const LISTED_ENDPOINTS_MAX = 1_000;

const status: CliCommand = {
  summary: 'Show which endpoints do not get their events, since when and why, and the lag of the relay.',
  options: {
    tenant: { placeholder: 'TENANT', help: 'all endpoints of this tenant, by id or name' },
    endpoint: { placeholder: 'ENDPOINT_ID', help: 'only this endpoint' },
    limit: {
      placeholder: 'N',
      help: `endpoints listed at most, ${LISTED_ENDPOINTS_DEFAULT} without this option`,
    },
  },
  async run({ values }, { database }) {
    const { tenant, endpoint, limit } = values;
    const endpointsMax =
      limit === undefined ? LISTED_ENDPOINTS_DEFAULT : wholeNumber('--limit', limit, 1, LISTED_ENDPOINTS_MAX);
    const endpointId = endpoint === undefined ? undefined : endpointFrom(endpoint);
    const pool = await database();
    const tenantId = tenant === undefined ? undefined : (await tenantFrom(pool, tenant)).tenant_id;
    const data = await readStatus(pool, { endpointsMax, tenantId, endpointId });
    if (endpoint !== undefined && data.endpoints.length === 0)
      throw new CommandError(
        `Webhook endpoint ${endpoint} not found. See npx holdfast webhooks status --tenant TENANT`,
      );
    const [unread, backlogs] = [await countUnread(pool), await listBacklogs(pool)];
    const lines = [textOf(data), unreadText(unread), ...backlogs.map(backlogText)];
    return { text: lines.join('\n'), data: { ...data, unread, put_off: backlogs } };
  },
};

/** @throws {UsageError} not the id of an endpoint */
function endpointFrom(given: string): string {
  const uuid = parseId('whe', given);
  if (uuid !== undefined) return uuid;
  throw new UsageError(
    `--endpoint must be an id such as whe_… with 32 hexadecimal digits, not ${quoted(given)}`,
  );
}

function textOf({ states, endpoints, relay, replays, delivered_per_second: rate }: WebhookStatus): string {
  const counts = states.map(
    ({ state, endpoints: count, oldest_undelivered_seconds: age }) =>
      `${count} ${state}${age === null ? '' : ` (oldest event ${duration(age)})`}`,
  );
  const pausedText = (paused: string | null) => (paused === null ? '' : `, paused since ${paused}`);
  return [
    ...relay.map(
      ({ partition, applied, behind, paused_at }) =>
        `relay, partition ${partition}: at ${applied}, ${behind} behind${pausedText(paused_at)}`,
    ),
    ...replays.map(
      ({ replay_id, endpoint_id, position, up_to_position, queued, created_at }) =>
        `replay ${replay_id} of ${endpoint_id}: at ${position} of ${up_to_position}, ${queued} queued, since ${created_at}`,
    ),
    `delivered: ${rate.toFixed(1)} a second`,
    `endpoints: ${counts.length === 0 ? 'none' : counts.join(', ')}`,
    ...endpoints.map(endpointText),
  ].join('\n');
}

/** Deliveries that no node could read, by reason. */
function unreadText(unread: Record<UnreadReason, number>): string {
  const counts = UNREAD_REASONS.map((reason) => `${unread[reason]} ${reason}`);
  return `unread: ${Object.values(unread).every((count) => count === 0) ? 'none' : counts.join(', ')}`;
}

const backlogText = ({ partition, tenant_id, position, up_to_position, since }: RelayBacklog) =>
  `put off by the relay, partition ${partition}: ${tenant_id} from ${position} to ${up_to_position}, since ${since}`;

/** Whose fault it is, and what ends it. */
function reasonOf(each: ListedEndpoint): string {
  const last = [each.last_error, each.last_status].filter((part) => part !== null).join(' ');
  const failing =
    each.failing_since === null
      ? ''
      : `failing since ${each.failing_since}, ${each.failures} times in a row${last === '' ? '' : `, last: ${last}`}`;
  const rest = each.rests_until === null ? '' : `, rests until ${each.rests_until}`;
  switch (each.state) {
    case 'unclaimed':
      return `UNCLAIMED since ${each.due_since}: no worker sends it; check the processes with the roles relay and webhooks`;
    case 'disabled':
      return `disabled (${each.disabled_reason}) since ${each.disabled_at}${failing === '' ? '' : `; ${failing}`}`;
    case 'waiting':
      return `waits for a retry at ${each.next_attempt_at}${failing === '' ? '' : `; ${failing}`}`;
    case 'sending':
      return `sends, at most ${each.max_per_second} a second${failing === '' ? '' : `; ${failing}`}${rest}`;
    case 'failing':
      return `${failing}${rest}`;
    case 'idle':
      return 'accepts deliveries';
  }
}

function endpointText(each: ListedEndpoint): string {
  const oldest =
    each.oldest_undelivered_seconds === null
      ? ''
      : `, the oldest for ${duration(each.oldest_undelivered_seconds)} (since ${each.oldest_undelivered_at})`;
  return (
    `${each.id}  ${each.tenant} (${each.tenant_id})  ${each.host}\n` +
    `    ${reasonOf(each)}\n` +
    `    ${counted(each.pending)} pending${oldest}; ${counted(each.failed)} failed`
  );
}

const counted = (count: number) =>
  count >= COUNTED_DELIVERIES_MAX ? `${COUNTED_DELIVERIES_MAX} or more` : String(count);

/** 47 s, 12 min, 3 h, 2 d: rounded down. */
function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3_600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

export const webhooks: CommandGroup = { status };
