/** What an engineer who was just woken wants to know: is there a storm, who makes it, is it absorbed, what lags, since when. */
import { WITHOUT_REDIS } from '../../redis.ts';
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
  level: 'calm' | 'storm' | 'trouble';
  text: string;
  since: number | null;
}

/** Seconds that are looked at together, so that one odd second is no storm. */
export const LOOK_BACK = 3;
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

/**
 * @param recent the last {@link LOOK_BACK} points
 * @param parts what readiness says of each part
 */
export function lookAt(
  recent: readonly Point[],
  busiest: readonly (Calls & { key_id: string })[],
  parts: Readonly<Record<string, string>>,
): Record<string, Look> {
  const mean = (name: keyof Point) =>
    recent.reduce((sum, point) => sum + (point[name] ?? 0), 0) / Math.max(1, recent.length);
  const last = (name: keyof Point) => recent.at(-1)?.[name] ?? 0;
  const requests = mean('requests');
  const again = mean('replayed') + mean('limited') + mean('shed') + mean('hung_up');
  const stormy = again >= STORM_RATE && again >= requests * STORM_SHARE;
  const loudest = busiest.toSorted((a, b) => unwelcome(b) - unwelcome(a))[0];
  const fallbacks = mean('limiter_fallbacks');
  const failed = mean('failed');
  const failing: Level = failed > Math.max(1, requests * 0.01) ? 'bad' : failed > 0 ? 'warn' : 'ok';
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
    Goodput: {
      level: failing,
      text:
        failing === 'ok'
          ? `${count(mean('placed'))} commands a second`
          : `${count(failed)} a second fail (5xx)`,
    },
    Latency: { level: atLeast(p99, 500, 2_000), text: `p99 of writes ${count(p99)} ms` },
    Lists: {
      level: stopped > 0 ? 'bad' : atLeast(last('projection_lag'), 1_000, 50_000),
      text: stopped > 0 ? 'A projection stands still' : `${count(last('projection_lag'))} events behind`,
    },
    Webhooks: {
      level: atLeast(last('relay_lag'), 1_000, 50_000),
      text: `${count(last('relay_lag'))} events behind`,
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

const unwelcome = ({ replayed, limited, shed }: Calls) => replayed + limited + shed;

/** Remembers since when things are as they are. */
export function createFindings(): {
  judge: (looks: Record<string, Look>, at: number) => { findings: Finding[]; verdict: Verdict };
} {
  const since = new Map<string, number>();
  return {
    judge(looks, at) {
      const findings = Object.entries(looks).map(([name, { level, text, more = '' }]) => {
        if (level === 'ok') since.delete(name);
        else if (!since.has(name)) since.set(name, at);
        return { name, level, text: text + more, since: since.get(name) ?? null };
      });
      return { findings, verdict: verdictOf(findings, looks, at) };
    },
  };
}

function verdictOf(findings: readonly Finding[], looks: Record<string, Look>, at: number): Verdict {
  const bad = findings.filter(({ level }) => level === 'bad');
  if (bad.length > 0) {
    return {
      level: 'trouble',
      text: bad.map(({ name, text }) => `${name}: ${text}`).join('. '),
      since: Math.min(...bad.map((each) => each.since ?? at)),
    };
  }
  const goodput = looks['Goodput']?.text ?? '';
  const storm = findings.find(({ name, level }) => name === 'Storm' && level !== 'ok');
  if (storm === undefined) return { level: 'calm', text: goodput, since: null };
  const text = `A retry storm, absorbed: ${looks['Storm']?.text}, ${goodput}`;
  return { level: 'storm', text, since: storm.since };
}
