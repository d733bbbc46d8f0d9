/** The findings and the verdict of /ops: retry storm, its source, goodput, lags, and since when. */
import { WITHOUT_REDIS } from '../../platform/redis.ts';
import { AT_RISK, REFUSING } from '../../store/durability/durability-guard.ts';
import type { WebhookStatus } from '../../store/webhooks/status.ts';
import type { Calls } from './callers.ts';
import type { Point } from './samples.ts';

export type Level = 'ok' | 'warn' | 'bad';

export interface Finding {
  name: string;
  level: Level;
  text: string;
  /** Start of a level other than `ok`, in milliseconds since 1970. */
  since: number | null;
}

export interface Verdict {
  /** `unknown` without enough data; `look` for a warning without a storm. */
  level: 'unknown' | 'calm' | 'look' | 'storm' | 'trouble';
  text: string;
  since: number | null;
}

/** Seconds of data that a verdict needs. Goodput is measured over them. */
export const VERDICT_SECONDS = 10;
/** Rates are averaged over these seconds, so that one odd second is no storm. */
const RECENT_SECONDS = 3;
/** A storm is absorbed with this share of requests served, and a faster p99 of writes. */
const SERVED_SHARE_MIN = 0.9;
const ABSORBED_P99_MS_MAX = 1_000;
/**
 * A storm has this many repeats, refusals and hang-ups a second, and this share of all requests.
 */
const STORM_PER_SECOND_MIN = 20;
const STORM_SHARE_MIN = 0.1;

/** Events behind the log. */
const LAG_EVENTS_WARN = 1_000;
const LAG_EVENTS_BAD = 50_000;
/** A status of webhooks is computed every 15 seconds. */
const STATUS_AGE_SECONDS_WARN = 120;
/** Deliveries that are due without a claim. The sweep takes a second. */
const UNCLAIMED_SECONDS_WARN = 30;
const UNCLAIMED_SECONDS_BAD = 120;
const NEW_EPOCH_MS_MAX = 3_600_000;
const WRITE_P99_MS_WARN = 500;
const WRITE_P99_MS_BAD = 2_000;
/** Share of requests that may fail before it is bad. */
const FAILED_SHARE_MAX = 0.01;

/** In groups of three digits. `Intl` takes 30 ms to load. */
const count = (value: number) => String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
const atLeast = (value: number, warn: number, bad: number): Level =>
  value >= bad ? 'bad' : value >= warn ? 'warn' : 'ok';

interface Inspection {
  level: Level;
  text: string;
  /** Detail that the finding shows, and the verdict leaves out. */
  detail?: string;
}

const meanOf = (points: readonly Point[], name: keyof Point): number =>
  points.reduce((sum, point) => sum + (point[name] ?? 0), 0) / Math.max(1, points.length);

interface Goodput {
  /** Requests a second. */
  demand: number;
  /** Share of requests with a result or a client error; 1 without requests. */
  servedShare: number;
  /** Share of requests that were shed, failed, or given up by the client. */
  lostShare: number;
  isAbsorbed: boolean;
}

function goodputOf(points: readonly Point[]): Goodput {
  const demand = meanOf(points, 'requests');
  const lost = meanOf(points, 'shed') + meanOf(points, 'failed') + meanOf(points, 'hung_up');
  const refused = meanOf(points, 'limited');
  const share = (rate: number) => (demand === 0 ? 0 : rate / demand);
  const servedShare = 1 - share(lost + refused);
  const p99 = Math.max(...points.map(({ write_p99_ms }) => write_p99_ms ?? 0));
  return {
    demand,
    servedShare,
    lostShare: share(lost),
    isAbsorbed: servedShare >= SERVED_SHARE_MIN && p99 < ABSORBED_P99_MS_MAX,
  };
}

const behind = (events: number) => `${count(events)} event${events === 1 ? '' : 's'} behind`;
const percent = (share: number) => `${Math.floor(share * 100)} %`;

/**
 * Inspects the data of the last {@link VERDICT_SECONDS}.
 *
 * @param parts readiness of each part, by name
 * @param webhooks the stored status; `undefined` before the first one
 * @returns one inspection a tile, by its name
 */
export function inspect(
  points: readonly Point[],
  busiest: readonly (Calls & { key_id: string })[],
  parts: Readonly<Record<string, string>>,
  webhooks?: WebhookStatus,
): Record<string, Inspection> {
  const recent = points.slice(-RECENT_SECONDS);
  const mean = (name: keyof Point) => meanOf(recent, name);
  const last = (name: keyof Point) => recent.at(-1)?.[name] ?? 0;
  return {
    Storm: inspectStorm(mean, busiest),
    Goodput: inspectGoodput(mean, goodputOf(points)),
    Latency: {
      level: atLeast(last('write_p99_ms'), WRITE_P99_MS_WARN, WRITE_P99_MS_BAD),
      text: last('write_p99_ms') === 0 ? 'No writes' : `p99 of writes ${count(last('write_p99_ms'))} ms`,
    },
    Lists: inspectLists(last('projections_stopped'), last('projection_lag')),
    Webhooks: inspectWebhooks(last('relay_lag'), webhooks, parts['wakeups']),
    Receivers: inspectReceivers(last('endpoints_failing'), webhooks),
    Log: inspectLog(parts['log']),
    Retention: inspectRetention(last('retention_failing'), last('retention_passed_at')),
    Limiter: inspectLimiter(parts['redis'], mean('limiter_fallbacks')),
    Parts: inspectParts(parts),
  };
}

type Mean = (name: keyof Point) => number;

function inspectStorm(mean: Mean, busiest: readonly (Calls & { key_id: string })[]): Inspection {
  const stormRate = mean('replayed') + mean('limited') + mean('shed') + mean('hung_up');
  const isStorm = stormRate >= STORM_PER_SECOND_MIN && stormRate >= mean('requests') * STORM_SHARE_MIN;
  if (!isStorm) return { level: 'ok', text: 'None' };
  const source = busiest.toSorted((a, b) => repeatsAndRefusals(b) - repeatsAndRefusals(a))[0];
  return {
    level: 'warn',
    text: `${count(stormRate)} repeats and refusals a second`,
    ...(source && repeatsAndRefusals(source) > 0 && { detail: `, most from ${source.tenant}` }),
  };
}

const repeatsAndRefusals = ({ replayed, limited, shed }: Calls) => replayed + limited + shed;

function inspectGoodput(mean: Mean, { demand, servedShare, lostShare }: Goodput): Inspection {
  const failed = mean('failed');
  if (failed > 0) {
    const isBad = failed > Math.max(1, mean('requests') * FAILED_SHARE_MAX);
    return { level: isBad ? 'bad' : 'warn', text: `${count(failed)} requests a second fail (5xx)` };
  }
  if (demand === 0 || servedShare >= SERVED_SHARE_MIN)
    return { level: 'ok', text: `${count(mean('placed'))} commands a second` };
  return {
    level: lostShare > 1 - SERVED_SHARE_MIN ? 'bad' : 'warn',
    text: `${percent(servedShare)} of ${count(demand)} requests a second are served`,
  };
}

function inspectLists(stopped: number, lag: number): Inspection {
  if (stopped > 0) return { level: 'bad', text: 'A projection is stopped' };
  return { level: atLeast(lag, LAG_EVENTS_WARN, LAG_EVENTS_BAD), text: behind(lag) };
}

/**
 * What this installation is at fault for: the relay, workers, and the status itself.
 *
 * @param wakeups readiness of the wake-ups through Redis, without the role `webhooks` none
 */
function inspectWebhooks(relayLag: number, webhooks: WebhookStatus | undefined, wakeups = 'ok'): Inspection {
  const level = atLeast(relayLag, LAG_EVENTS_WARN, LAG_EVENTS_BAD);
  if (level === 'ok' && wakeups !== 'ok') return { level: 'warn', text: `Wake-ups ${wakeups}` };
  if (level === 'bad' || webhooks === undefined) return { level, text: behind(relayLag) };
  const ageSeconds = (Date.now() - Date.parse(webhooks.read_at)) / 1_000;
  if (ageSeconds >= STATUS_AGE_SECONDS_WARN)
    return { level: 'warn', text: `Status is ${count(ageSeconds)} s old: does a relay run?` };
  const unclaimed = webhooks.states.find(({ state }) => state === 'unclaimed');
  const dueSeconds = unclaimed?.oldest_due_seconds ?? 0;
  if (unclaimed !== undefined && dueSeconds >= UNCLAIMED_SECONDS_WARN) {
    const noun = unclaimed.endpoints === 1 ? 'endpoint has' : 'endpoints have';
    return {
      level: atLeast(dueSeconds, UNCLAIMED_SECONDS_WARN, UNCLAIMED_SECONDS_BAD),
      text: `${count(unclaimed.endpoints)} ${noun} no worker, for up to ${count(dueSeconds)} s`,
    };
  }
  return { level, text: behind(relayLag) };
}

function inspectReceivers(failing: number, webhooks: WebhookStatus | undefined): Inspection {
  if (failing === 0) return { level: 'ok', text: 'None fails' };
  const noun = failing === 1 ? 'webhook endpoint has' : 'webhook endpoints have';
  const first = webhooks?.endpoints.find(({ state }) => state === 'failing');
  return {
    level: 'warn',
    text: `${count(failing)} ${noun} failed for 30 s or longer`,
    ...(first && { detail: `, among them ${first.tenant}` }),
  };
}

function inspectLimiter(redis: string | undefined, fallbacks: number): Inspection {
  if (redis === WITHOUT_REDIS) return { level: 'ok', text: 'No Redis: each process keeps its own quotas' };
  if (fallbacks === 0 && redis !== 'down') return { level: 'ok', text: 'Redis decides' };
  return { level: 'warn', text: 'Redis is slow or down: each node keeps its own quotas' };
}

/**
 * The epoch of the log. A new one is a warning for an hour: consumers may hold lost
 * tokens.
 *
 * @param epochs readiness of the log: its epochs after the first, each with its start
 */
function inspectLog(epochs = 'ok'): Inspection {
  if (epochs === 'ok' || epochs === 'down') return { level: 'ok', text: 'First epoch' };
  const starts = [...epochs.matchAll(/ since (\S+)/g)].map(([, start = '']) => Date.parse(start));
  const isNew = Math.max(...starts) > Date.now() - NEW_EPOCH_MS_MAX;
  return { level: isNew ? 'warn' : 'ok', text: epochs };
}

/** @param passedAt Unix time in seconds; 0 before the first pass of this node */
function inspectRetention(failing: number, passedAt: number): Inspection {
  if (failing > 0) return { level: 'warn', text: 'A step fails and is repeated: see the process log' };
  if (passedAt === 0) return { level: 'ok', text: 'No policy was due' };
  return { level: 'ok', text: `Last pass ${count((Date.now() / 1_000 - passedAt) / 60)} min ago` };
}

function inspectParts(parts: Readonly<Record<string, string>>): Inspection {
  const down = Object.entries(parts).filter(([, state]) => state === 'down');
  const { durability, personal_data: personal } = parts;
  if (down.length === 0) {
    if (durability?.startsWith(REFUSING)) return { level: 'bad', text: `Durability: ${durability}` };
    if (durability?.startsWith(AT_RISK)) return { level: 'warn', text: `Durability: ${durability}` };
    const texts = [
      'All up',
      durability && `durability ${durability}`,
      personal && `personal data ${personal}`,
    ];
    return { level: 'ok', text: texts.filter((text) => text !== undefined).join(', ') };
  }
  return { level: 'bad', text: `${down.map(([name]) => name).join(', ')} down` };
}

/** Adds the start of each level to the inspections, and sums them up. */
export function createFindings(): {
  assess: (
    points: readonly Point[],
    inspections: Record<string, Inspection>,
    at: number,
  ) => { findings: Finding[]; verdict: Verdict };
} {
  const since = new Map<string, number>();
  return {
    assess(points, inspections, at) {
      const findings = Object.entries(inspections).map(([name, { level, text, detail = '' }]) => {
        if (level === 'ok') since.delete(name);
        else if (!since.has(name)) since.set(name, at);
        return { name, level, text: text + detail, since: since.get(name) ?? null };
      });
      return { findings, verdict: verdictOf(points, findings, inspections, at) };
    },
  };
}

/** The worst finding decides. `calm` needs enough data and no warning. */
function verdictOf(
  points: readonly Point[],
  findings: readonly Finding[],
  inspections: Record<string, Inspection>,
  at: number,
): Verdict {
  const withLevel = (wanted: Level) => findings.filter(({ level }) => level === wanted);
  const verdictFrom = (level: Verdict['level'], list: readonly Finding[]): Verdict => ({
    level,
    text: list.map(({ name, text }) => `${name}: ${text}`).join('. '),
    since: Math.min(...list.map((each) => each.since ?? at)),
  });
  const [bad, warnings] = [withLevel('bad'), withLevel('warn')];
  if (bad.length > 0) return verdictFrom('trouble', bad);
  const storm = warnings.find(({ name }) => name === 'Storm');
  if (storm !== undefined) {
    const state = goodputOf(points).isAbsorbed ? 'absorbed' : 'not absorbed';
    const text = `A retry storm, ${state}: ${inspections['Storm']?.text}, ${inspections['Goodput']?.text}`;
    return { level: 'storm', text, since: storm.since };
  }
  if (warnings.length > 0) return verdictFrom('look', warnings);
  if (points.length < VERDICT_SECONDS) {
    const text = `Not enough data: ${points.length} of ${VERDICT_SECONDS} seconds`;
    return { level: 'unknown', text, since: null };
  }
  return { level: 'calm', text: inspections['Goodput']?.text ?? '', since: null };
}
