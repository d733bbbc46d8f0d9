/** `npx holdfast audit`: the record of administrative acts. */
import { type CliCommand, UsageError, quoted, table, wholeNumber } from '../../command-line/command.ts';
import { type RecordedAct, listActs } from '../audit/list-acts.ts';
import { toId } from '../ids.ts';
import { tenantFrom } from './tenant-from.ts';

const LIMIT_DEFAULT = 1_000;
const LIMIT_MAX = 100_000;
const FORMATS = new Set(['text', 'json']);
const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 };

const documentOf = (act: RecordedAct) => ({
  recorded_at: act.recorded_at,
  act: act.act,
  tenant_id: act.tenant_id === null ? null : toId('ten', act.tenant_id),
  tenant_name: act.tenant_name,
  subject: act.subject,
  actor: act.actor_key_id === null ? `user ${act.actor_user}` : toId('key', act.actor_key_id),
  origin: act.origin,
  details: JSON.parse(act.details) as unknown,
});

/** @throws {UsageError} */
function sinceFrom(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const [, count = '', unit = ''] = /^(\d{1,6})([dhm])$/.exec(given) ?? [];
  if (unit !== '')
    return new Date(Date.now() - Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS]).toISOString();
  const isTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(given);
  const time = isTime ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new UsageError(
    `--since must be a day such as 2027-01-31, a time such as 2027-01-31T12:00:00Z, or an age such as 7d, 12h or 30m, ` +
      `not ${quoted(given)}`,
  );
}

export const audit: CliCommand = {
  summary:
    'List administrative acts, oldest first: who changed keys, tenants, endpoints and projections, and from where.',
  options: {
    since: { placeholder: 'TIME', help: 'the first time: 2027-01-31, 2027-01-31T12:00:00Z, or 7d ago' },
    tenant: { placeholder: 'T', help: 'id or name of a tenant; default: all acts' },
    limit: { placeholder: 'N', help: `the newest N acts; default ${LIMIT_DEFAULT}` },
    format: { placeholder: 'F', help: 'text or json; default text' },
  },
  async run({ values }, { database }) {
    const since = sinceFrom(values['since']?.trim());
    const limit = wholeNumber('--limit', values['limit'] ?? String(LIMIT_DEFAULT), 1, LIMIT_MAX);
    const format = values['format'] ?? 'text';
    if (!FORMATS.has(format)) throw new UsageError(`--format must be text or json, not ${quoted(format)}`);
    const pool = await database();
    const tenant = values['tenant'] === undefined ? undefined : await tenantFrom(pool, values['tenant']);
    const data = (await listActs(pool, { since, tenantId: tenant?.tenant_id, limit })).map(documentOf);
    return { data, text: format === 'json' ? JSON.stringify(data, null, 2) : textOf(data, limit) };
  },
};

function textOf(acts: readonly ReturnType<typeof documentOf>[], limit: number): string {
  if (acts.length === 0) return 'No administrative acts are recorded.';
  const rows = acts.map((act) => [
    act.recorded_at,
    act.act,
    act.subject,
    act.tenant_name ?? act.tenant_id ?? '-',
    act.actor,
    act.origin,
    JSON.stringify(act.details),
  ]);
  const list = table(['TIME', 'ACT', 'SUBJECT', 'TENANT', 'BY', 'FROM', 'DETAILS'], rows);
  return acts.length < limit ? list : `${list}\nThese are the newest ${limit} acts. For more, use --limit.`;
}
