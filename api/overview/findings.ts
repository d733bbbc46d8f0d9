/** What an engineer who was just woken wants to know: is there a storm, who makes it, is it absorbed, what lags, since when. */
import { WITHOUT_REDIS } from '../../platform/redis.ts';
import type { Calls } from './callers.ts';
import type { Point } from './samples.ts';

export type Level = 'ok' | 'warn' | 'bad';

export interface Finding {
  name: string;
  level: Level;
  text: string;
  /** Since when it is not `ok`; milliseconds since 1970. */
  since: number | null;
}

export interface Verdict {
  /**
   * `unknown` while there is not enough data, `look` when something warns and there is no storm.
   */
  level: 'unknown' | 'calm' | 'look' | 'storm' | 'trouble';
  text: string;
  since: number | null;
}

/**
 * Seconds of data without which nothing is said, and over which demand and service are compared.
 */
export const LOOK_BACK_SECONDS = 10;
/** Seconds that are looked at together, so that one odd second is no storm. */
const RECENT_SECONDS = 3;
/**
 * The share of the demand that has to be served, and ms that the p99 of writes may have, for a
 * storm to be absorbed.
 */
const SERVED_SHARE = 0.9;
const ABSORBED_P99_MS = 1_000;
/** A storm is when so many answers a second, and such a share of all, are repeats, refusals, or clients that hung up. */
const STORM_RATE = 20;
const STORM_SHARE = 0.1;

const count = (value: number) => Math.round(value).toLocaleString('en');
const atLeast = (value: number, warn: number, bad: number): Level =>
  value >= bad ? 'bad' : value >= warn ? 'warn' : 'ok';

interface Look {
  level: Level;
  text: string;
  /** Said of it beside its text, where there is room. */
  more?: string;
}

const meanOf = (points: readonly Point[], name: keyof Point): number =>
  points.reduce((sum, point) => sum + (point[name] ?? 0), 0) / Math.max(1, points.length);

/** What became of the demand of some seconds. */
interface Service {
  /** Requests a second. */
  demand: number;
  /**
   * The share of them that were answered with what they asked for, or with what is wrong with them;
   * 1 without demand.
   */
  served: number;
  /** The share that the server did not answer: shed, failed, or given up by the client. */
  lost: number;
  absorbed: boolean;
}

function serviceOf(points: readonly Point[]): Service {
  const demand = meanOf(points, 'requests');
  const lost = meanOf(points, 'shed') + meanOf(points, 'failed') + meanOf(points, 'hung_up');
  const refused = meanOf(points, 'limited');
  const share = (rate: number) => (demand === 0 ? 0 : rate / demand);
  const served = 1 - share(lost + refused);
  const p99 = Math.max(...points.map(({ write_p99_ms }) => write_p99_ms ?? 0));
  return {
    demand,
    served,
    lost: share(lost),
    absorbed: served >= SERVED_SHARE && p99 < ABSORBED_P99_MS,
  };
}

const behind = (events: number) => `${count(events)} event${events === 1 ? '' : 's'} behind`;
const percent = (share: number) => `${Math.floor(share * 100)} %`;

/**
 * @param points the last {@link LOOK_BACK_SECONDS}
 * @param parts what readiness says of each part
 */
export function lookAt(
  points: readonly Point[],
  busiest: readonly (Calls & { key_id: string })[],
  parts: Readonly<Record<string, string>>,
): Record<string, Look> {
  const recent = points.slice(-RECENT_SECONDS);
  const mean = (name: keyof Point) => meanOf(recent, name);
  const last = (name: keyof Point) => recent.at(-1)?.[name] ?? 0;
  const requests = mean('requests');
  const again = mean('replayed') + mean('limited') + mean('shed') + mean('hung_up');
  const stormy = again >= STORM_RATE && again >= requests * STORM_SHARE;
  const loudest = busiest.toSorted((a, b) => unwelcome(b) - unwelcome(a))[0];
  const fallbacks = mean('limiter_fallbacks');
  const failed = mean('failed');
  const failing: Level = failed > Math.max(1, requests * 0.01) ? 'bad' : failed > 0 ? 'warn' : 'ok';
  const service = serviceOf(points);
  const deaf = last('endpoints_failing');
  const down = Object.entries(parts).filter(([, said]) => said === 'down');
  const p99 = last('write_p99_ms');
  const stopped = last('projections_stopped');
  return {
    Storm: stormy
      ? {
          level: 'warn',
          text: `${count(again)} repeats and refusals a second`,
          ...(loudest && unwelcome(loudest) > 0 && { more: `, most of all ${loudest.tenant}` }),
        }
      : { level: 'ok', text: 'None' },
    Goodput: goodputOf(failing, failed, mean('placed'), service),
    Latency: {
      level: atLeast(p99, 500, 2_000),
      text: last('write_p99_ms') === 0 ? 'No writes' : `p99 of writes ${count(p99)} ms`,
    },
    Lists: {
      level: stopped > 0 ? 'bad' : atLeast(last('projection_lag'), 1_000, 50_000),
      text: stopped > 0 ? 'A projection stands still' : behind(last('projection_lag')),
    },
    Webhooks: {
      level: atLeast(last('relay_lag'), 1_000, 50_000),
      text: behind(last('relay_lag')),
    },
    Receivers: {
      level: deaf > 0 ? 'warn' : 'ok',
      text:
        deaf > 0
          ? `${count(deaf)} webhook endpoint${deaf === 1 ? ' has' : 's have'} failed for 30 s or longer`
          : 'None fails',
    },
    Limiter:
      parts['redis'] === WITHOUT_REDIS
        ? { level: 'ok', text: 'No Redis: each process keeps its own quotas; with one, all share them' }
        : {
            level: fallbacks > 0 ? 'warn' : 'ok',
            text: fallbacks > 0 ? 'Redis is slow or gone: each node counts by itself' : 'Redis decides',
          },
    Parts: {
      level: down.length > 0 ? 'bad' : 'ok',
      text: down.length > 0 ? `${down.map(([name]) => name).join(', ')} down` : 'All up',
    },
  };
}

function goodputOf(failing: Level, failed: number, placed: number, { demand, served, lost }: Service): Look {
  if (failing !== 'ok') return { level: failing, text: `${count(failed)} a second fail (5xx)` };
  const text = `${count(placed)} commands a second`;
  if (demand === 0 || served >= SERVED_SHARE) return { level: 'ok', text };
  return {
    level: lost > 1 - SERVED_SHARE ? 'bad' : 'warn',
    text: `${percent(served)} of ${count(demand)} requests a second are served`,
  };
}

const unwelcome = ({ replayed, limited, shed }: Calls) => replayed + limited + shed;

/** Remembers since when things are as they are. */
export function createFindings(): {
  judge: (
    points: readonly Point[],
    looks: Record<string, Look>,
    at: number,
  ) => { findings: Finding[]; verdict: Verdict };
} {
  const since = new Map<string, number>();
  return {
    judge(points, looks, at) {
      const findings = Object.entries(looks).map(([name, { level, text, more = '' }]) => {
        if (level === 'ok') since.delete(name);
        else if (!since.has(name)) since.set(name, at);
        return { name, level, text: text + more, since: since.get(name) ?? null };
      });
      return { findings, verdict: verdictOf(points, findings, looks, at) };
    },
  };
}

/** Says the worst that is known, and nothing good that is not: calm needs data, and no warning. */
function verdictOf(
  points: readonly Point[],
  findings: readonly Finding[],
  looks: Record<string, Look>,
  at: number,
): Verdict {
  const having = (wanted: Level) => findings.filter(({ level }) => level === wanted);
  const sayAll = (level: Verdict['level'], list: readonly Finding[]): Verdict => ({
    level,
    text: list.map(({ name, text }) => `${name}: ${text}`).join('. '),
    since: Math.min(...list.map((each) => each.since ?? at)),
  });
  const [bad, warnings] = [having('bad'), having('warn')];
  if (bad.length > 0) return sayAll('trouble', bad);
  const storm = warnings.find(({ name }) => name === 'Storm');
  if (storm !== undefined) {
    const word = serviceOf(points).absorbed ? 'absorbed' : 'not absorbed';
    const text = `A retry storm, ${word}: ${looks['Storm']?.text}, ${looks['Goodput']?.text}`;
    return { level: 'storm', text, since: storm.since };
  }
  if (warnings.length > 0) return sayAll('look', warnings);
  if (points.length < LOOK_BACK_SECONDS) {
    const text = `Data of ${points.length} of the ${LOOK_BACK_SECONDS} seconds that a verdict needs`;
    return { level: 'unknown', text, since: null };
  }
  return { level: 'calm', text: looks['Goodput']?.text ?? '', since: null };
}
