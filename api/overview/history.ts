/** Keeps the last 15 minutes of /ops: a page opened during a storm shows its start. */
import { type CallsByKey, type ShownQuotas, busiest } from './callers.ts';
import type { ShownTenant } from '../../store/keys/api-keys.ts';
import type { WebhookStatus } from '../../store/webhooks/status.ts';
import { type Finding, VERDICT_SECONDS, type Verdict, createFindings, inspect } from './findings.ts';
import { type Point, SERIES, type Samples, pointOf } from './samples.ts';

const INTERVAL_MS = 1_000;
const POINTS_MAX = 900;
const TENANT_NAMES_MAX = 10_000;
/** Time between two looks at the status of webhooks, which changes every 15 seconds. */
const WEBHOOKS_INTERVAL_MS = 5_000;

/** Time between two looks at the quotas of the shown keys. */
const QUOTAS_INTERVAL_MS = 2_000;

export interface HistoryOptions {
  samples: () => Promise<Samples>;
  /** The readiness of each part, by name. */
  parts: () => Promise<Record<string, string>>;
  callers: () => CallsByKey;
  /** Looks up the names and modes of tenants, by id. */
  nameOf: (tenantIds: readonly string[]) => Promise<ReadonlyMap<string, ShownTenant>>;
  /** Looks up the quotas of API keys, by id. */
  quotasOf: (keyIds: readonly string[]) => Promise<ReadonlyMap<string, ShownQuotas>>;
  /** The stored status of webhooks; `undefined` before the first one. */
  webhooks: () => Promise<WebhookStatus | undefined>;
}

type Caller = ReturnType<typeof busiest>[number] & {
  /** Of the tenant; `null` while it is unknown. */
  mode: ShownTenant['mode'] | null;
  quotas: ShownQuotas | null;
};

export interface Overview {
  /** Milliseconds since 1970. */
  now: number;
  /** Milliseconds between two points. */
  interval: number;
  /** Milliseconds since 1970. */
  started_at: number;
  verdict: Verdict;
  findings: Finding[];
  /** `quotas` is `null` while they are unknown. */
  callers: Caller[];
  /** `null` before the first status. */
  webhooks: WebhookStatus | null;
  series: { t: number[] } & Record<string, (number | null)[]>;
}

export interface History {
  /** The points after a time (ms since 1970), with the current verdict. */
  overview: (after: number) => Overview;
  stop: () => void;
}

export function startHistory({
  samples: read,
  parts,
  callers,
  nameOf,
  quotasOf,
  webhooks,
}: HistoryOptions): History {
  const points: { at: number; point: Point }[] = [];
  const { assess } = createFindings();
  const startedAt = Date.now();
  let before: { samples: Samples; at: number } | undefined;
  let shown: Caller[] = [];
  let quotas: ReadonlyMap<string, ShownQuotas> = new Map();
  let quotasFromMs = 0;
  let assessment: ReturnType<typeof assess> = assess([], {}, startedAt);
  const names = new Map<string, ShownTenant>();
  let isSampling = false;
  let status: WebhookStatus | undefined;
  let statusFromMs = 0;

  async function readWebhooks(at: number): Promise<void> {
    if (at < statusFromMs) return;
    statusFromMs = at + WEBHOOKS_INTERVAL_MS;
    // Without an answer the page shows the age of the last one.
    status = await webhooks().catch(() => status);
  }

  async function readQuotas(keyIds: readonly string[], at: number): Promise<void> {
    const isNew = keyIds.some((id) => !quotas.has(id));
    if (keyIds.length === 0 || (at < quotasFromMs && !isNew)) return;
    quotasFromMs = at + QUOTAS_INTERVAL_MS;
    quotas = await quotasOf(keyIds).catch(() => quotas);
  }

  async function sample(): Promise<void> {
    const [samples, states] = await Promise.all([read(), parts(), readWebhooks(Date.now())]);
    const at = Date.now();
    if (before !== undefined) {
      points.push({ at, point: pointOf(before.samples, samples, (at - before.at) / 1_000) });
      if (points.length > POINTS_MAX) points.shift();
    }
    before = { samples, at };
    const topKeys = busiest(callers());
    const unnamed = topKeys.map(({ tenant }) => tenant).filter((id) => !names.has(id));
    if (unnamed.length > 0 && names.size < TENANT_NAMES_MAX)
      for (const [id, found] of await nameOf(unnamed)) names.set(id, found);
    await readQuotas(
      topKeys.map(({ key_id }) => key_id),
      at,
    );
    shown = topKeys.map((each) =>
      Object.assign(each, {
        tenant: names.get(each.tenant)?.name ?? each.tenant,
        mode: names.get(each.tenant)?.mode ?? null,
        quotas: quotas.get(each.key_id) ?? null,
      }),
    );
    const recent = points.slice(-VERDICT_SECONDS).map(({ point }) => point);
    assessment = assess(recent, inspect(recent, shown, states, status), at);
  }
  const timer = setInterval(() => {
    if (isSampling) return;
    isSampling = true;
    void sample()
      .catch(() => {}) // the next sample may succeed; the page shows the age of its data
      .finally(() => {
        isSampling = false;
      });
  }, INTERVAL_MS);

  return {
    overview(after) {
      const fresh = points.filter(({ at }) => at > after);
      const series = Object.fromEntries(
        SERIES.map((name) => [name, fresh.map(({ point }) => rounded(point[name]))]),
      );
      return {
        now: Date.now(),
        interval: INTERVAL_MS,
        started_at: startedAt,
        ...assessment,
        callers: shown,
        webhooks: status ?? null,
        series: { t: fresh.map(({ at }) => at), ...series },
      };
    },
    stop: () => clearInterval(timer),
  };
}

const rounded = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);
