/** The last fifteen minutes, second by second, in memory: who opens the page in the middle of a storm sees how it began. */
import { type CallsByKey, busiest } from './callers.ts';
import { type Finding, LOOK_BACK_SECONDS, type Verdict, createFindings, lookAt } from './findings.ts';
import { type Point, SERIES, type Samples, parseMetrics, pointOf } from './samples.ts';

const INTERVAL = 1_000;
const KEPT = 900;
const MOST_NAMES = 10_000;

export interface HistoryOptions {
  metrics: () => Promise<string>;
  /** What each part says of itself. */
  parts: () => Promise<Record<string, string>>;
  callers: () => CallsByKey;
  /** Names of tenants, by id. */
  nameOf: (tenantIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

export interface Overview {
  now: number;
  interval: number;
  started_at: number;
  verdict: Verdict;
  findings: Finding[];
  callers: ReturnType<typeof busiest>;
  series: { t: number[] } & Record<string, (number | null)[]>;
}

export interface History {
  /** What is new since a time; all of it for 0. */
  overview: (after: number) => Overview;
  stop: () => void;
}

export function startHistory({ metrics, parts, callers, nameOf }: HistoryOptions): History {
  const points: { at: number; point: Point }[] = [];
  const { judge } = createFindings();
  const startedAt = Date.now();
  let before: { samples: Samples; at: number } | undefined;
  let shown: ReturnType<typeof busiest> = [];
  let judged: ReturnType<typeof judge> = judge([], {}, startedAt);
  const names = new Map<string, string>();
  let busy = false;

  async function look(): Promise<void> {
    const [text, said] = await Promise.all([metrics(), parts()]);
    const at = Date.now();
    const samples = parseMetrics(text);
    if (before !== undefined) {
      points.push({ at, point: pointOf(before.samples, samples, (at - before.at) / 1_000) });
      if (points.length > KEPT) points.shift();
    }
    before = { samples, at };
    const loudest = busiest(callers());
    const strangers = loudest.map(({ tenant }) => tenant).filter((id) => !names.has(id));
    if (strangers.length > 0 && names.size < MOST_NAMES)
      for (const [id, name] of await nameOf(strangers)) names.set(id, name);
    shown = loudest.map((each) => Object.assign(each, { tenant: names.get(each.tenant) ?? each.tenant }));
    const recent = points.slice(-LOOK_BACK_SECONDS).map(({ point }) => point);
    judged = judge(recent, lookAt(recent, shown, said), at);
  }
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void look()
      .catch(() => {}) // the next one may succeed; the page says how old what it shows is
      .finally(() => {
        busy = false;
      });
  }, INTERVAL);

  return {
    overview(after) {
      const fresh = points.filter(({ at }) => at > after);
      const series = Object.fromEntries(
        SERIES.map((name) => [name, fresh.map(({ point }) => tidy(point[name]))]),
      );
      return {
        now: Date.now(),
        interval: INTERVAL,
        started_at: startedAt,
        ...judged,
        callers: shown,
        series: { t: fresh.map(({ at }) => at), ...series },
      };
    },
    stop: () => clearInterval(timer),
  };
}

const tidy = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);
