/**
 * The walk over two schemas side by side, which applies the keyword rules.
 *
 * Two schemas are compared once, however often they are used. The walk stores the remarks on the
 * pair and the steps to the pairs below. So recursive schemas form a finite graph.
 */
import type { Conjunction, Schemas } from './conjunction.ts';
import type { Direction, Verdict } from '../finding.ts';
import { SCHEMA_RULES, type SchemaRule } from './verdicts.ts';
import { type Shape, shapeOf } from './shape.ts';

/** A remark of a rule. `at` is the path from the compared schema. */
export interface Remark {
  rule: SchemaRule;
  at: string;
  base?: unknown;
  head?: unknown;
}

interface Step {
  at: string;
  base: Conjunction;
  head: Conjunction;
}

/** The remarks on one pair of schemas and the steps to the pairs below. */
interface Entry {
  key: string;
  remarks: Remark[];
  steps: Step[];
}

interface WalkOptions {
  base: Schemas;
  head: Schemas;
  direction: Direction;
  /** Values travel as text, as in parameters and XML: a plain string then covers every value. */
  text: boolean;
  /** `YYYY-MM-DD` */
  today: string;
}

/** The state that all comparisons of one direction share. */
export interface Walk extends WalkOptions {
  /** The walk of the other direction, for schemas under `not`. */
  opposite: () => Walk;
  /** `undefined` while the comparison of the two is in progress: until then they count as equal. */
  entry: (base: Conjunction, head: Conjunction) => Entry | undefined;
}

/** Two schemas of the same location, as a rule reads them. */
export interface Comparison {
  walk: Walk;
  base: Shape;
  head: Shape;
  /** Adds a remark; `at` is the step to a location below. */
  say: (rule: string, base?: unknown, head?: unknown, at?: string) => void;
  /** Adds a step to two schemas below. */
  into: (at: string, base: Conjunction, head: Conjunction) => void;
}

/** A rule of one or more keywords; `stop` ends the comparison of this pair. */
export type KeywordRule = (comparison: Comparison) => 'stop' | undefined;

/** The verdict of a remark in the direction of the walk. */
export function verdictOf(walk: Walk, remark: Remark): Verdict {
  return remark.rule[walk.direction];
}

/** Whether the head can replace the base without a break. */
export function fits(walk: Walk, base: Conjunction, head: Conjunction): boolean {
  return everywhere(walk, base, head, (remark) => verdictOf(walk, remark) !== 'breaking');
}

/** Whether two schemas are equal, annotations aside. */
export function same(walk: Walk, base: Conjunction, head: Conjunction): boolean {
  return everywhere(walk, base, head, () => false);
}

/** Whether all remarks on two schemas and on those below meet a condition. */
function everywhere(
  walk: Walk,
  base: Conjunction,
  head: Conjunction,
  condition: (remark: Remark) => boolean,
): boolean {
  const seen = new Set<string>();
  const ahead: Omit<Step, 'at'>[] = [{ base, head }];
  for (let step = ahead.pop(); step !== undefined; step = ahead.pop()) {
    const entry = walk.entry(step.base, step.head);
    if (entry === undefined || seen.has(entry.key)) continue;
    seen.add(entry.key);
    if (!entry.remarks.every(condition)) return false;
    ahead.push(...entry.steps);
  }
  return true;
}

/** Maximum number of locations at which the same pair is reported below one schema. */
const LOCATIONS_MAX = 8;

/** All remarks on two schemas and on those below. */
export function remarksOn(walk: Walk, base: Conjunction, head: Conjunction): Remark[] {
  const relevant = leadingToRemarks(walk, base, head);
  const found: Remark[] = [];
  const reported = new Map<string, number>();
  const above = new Set<string>();
  const visit = (at: string, before: Conjunction, after: Conjunction): void => {
    const entry = walk.entry(before, after);
    if (entry === undefined || above.has(entry.key) || !relevant.has(entry.key)) return;
    const times = (reported.get(entry.key) ?? 0) + 1;
    if (times > LOCATIONS_MAX) return;
    reported.set(entry.key, times);
    above.add(entry.key);
    for (const remark of entry.remarks) found.push({ ...remark, at: at + remark.at });
    for (const step of entry.steps) visit(at + step.at, step.base, step.head);
    above.delete(entry.key);
  };
  visit('', base, head);
  return found;
}

/** The keys of all entries with a remark on them or below. */
function leadingToRemarks(walk: Walk, base: Conjunction, head: Conjunction): Set<string> {
  const from = new Map<string, string[]>();
  const withRemarks: string[] = [];
  const ahead: (Omit<Step, 'at'> & { after?: string })[] = [{ base, head }];
  for (let step = ahead.pop(); step !== undefined; step = ahead.pop()) {
    const entry = walk.entry(step.base, step.head);
    if (entry === undefined) continue;
    const before = from.get(entry.key);
    if (step.after !== undefined) before?.push(step.after);
    if (before !== undefined) continue;
    from.set(entry.key, step.after === undefined ? [] : [step.after]);
    if (entry.remarks.length > 0) withRemarks.push(entry.key);
    for (const next of entry.steps) ahead.push({ ...next, after: entry.key });
  }
  const found = new Set<string>();
  for (let key = withRemarks.pop(); key !== undefined; key = withRemarks.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    withRemarks.push(...(from.get(key) ?? []));
  }
  return found;
}

/**
 * Starts a walk.
 *
 * @param rules in the order of application
 */
export function startWalk(options: WalkOptions, rules: KeywordRule[]): Walk {
  const other = options.direction === 'request' ? 'response' : 'request';
  const walk: Walk = { ...options, opposite: () => opposite, entry: entries(() => walk, rules) };
  const opposite: Walk = {
    ...options,
    direction: other,
    opposite: () => walk,
    entry: entries(() => opposite, rules),
  };
  return walk;
}

function entries(walk: () => Walk, rules: KeywordRule[]): Walk['entry'] {
  const known = new Map<string, Entry | undefined>();
  return (base, head) => {
    const key = `${base.id} ${head.id}`;
    if (!known.has(key)) {
      known.set(key, undefined);
      known.set(key, { key, ...compare(walk(), base, head, rules) });
    }
    return known.get(key);
  };
}

function compare(walk: Walk, base: Conjunction, head: Conjunction, rules: KeywordRule[]): Omit<Entry, 'key'> {
  const remarks: Remark[] = [];
  const steps: Step[] = [];
  const comparison: Comparison = {
    walk,
    base: shapeOf(walk.base, base),
    head: shapeOf(walk.head, head),
    say: (name, before, after, at = '') => {
      const rule = SCHEMA_RULES.get(name);
      if (rule === undefined) throw new Error(`No rule ${name}`);
      remarks.push({ rule, at, base: before, head: after });
    },
    into: (at, before, after) => steps.push({ at, base: before, head: after }),
  };
  for (const rule of rules) {
    if (rule(comparison) === 'stop') break;
  }
  return { remarks, steps };
}
