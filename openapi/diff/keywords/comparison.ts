/**
 * The walk over two schemas side by side, that the rules of the keywords are called on.
 *
 * Two schemas are compared once, however many places name them: what the rules say of the two alone is kept with the steps that lead
 * on from there. So schemas that contain themselves, or each other, make a graph that can be searched, and no endless walk.
 */
import type { Conjunction, Schemas } from './conjunction.ts';
import type { Direction, Verdict } from '../finding.ts';
import { SCHEMA_RULES, type SchemaRule } from './schema-rules.ts';
import { type Shape, shapeOf } from './shape.ts';

/** What a rule found, with its place counted from the schema that was asked about. */
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

/** What the rules say of two schemas alone, and where they lead on. */
interface Entry {
  key: string;
  remarks: Remark[];
  steps: Step[];
}

interface WalkOptions {
  base: Schemas;
  head: Schemas;
  direction: Direction;
  /** Values travel as text, as in parameters and XML, so that a plain string is every value. */
  text: boolean;
  /** `YYYY-MM-DD` */
  today: string;
}

/** What all comparisons of one kind share. */
export interface Walk extends WalkOptions {
  /** The walk of the other direction, for what stands under `not`. */
  opposite: () => Walk;
  /** `undefined` while the two are being compared: until that is done they are taken as equal. */
  entry: (base: Conjunction, head: Conjunction) => Entry | undefined;
}

/** Two schemas of the same place, as a rule sees them. */
export interface Comparison {
  walk: Walk;
  base: Shape;
  head: Shape;
  /** `at`: the step to what the rule speaks of, if it is below. */
  say: (rule: string, base?: unknown, head?: unknown, at?: string) => void;
  /** Goes on with two schemas below. */
  into: (at: string, base: Conjunction, head: Conjunction) => void;
}

/** A rule of one or more keywords; `stop` when nothing below is worth comparing. */
export type KeywordRule = (comparison: Comparison) => 'stop' | undefined;

/** What a remark means in a direction. */
export function verdictOf(walk: Walk, remark: Remark): Verdict {
  return remark.rule[walk.direction];
}

/** Whether the head can stand in for the base: nothing breaks. */
export function fits(walk: Walk, base: Conjunction, head: Conjunction): boolean {
  return everywhere(walk, base, head, (remark) => verdictOf(walk, remark) !== 'breaking');
}

/** Whether two schemas say the same, annotations aside. */
export function same(walk: Walk, base: Conjunction, head: Conjunction): boolean {
  return everywhere(walk, base, head, () => false);
}

/** Whether all remarks on two schemas, and on all below them, meet a condition. */
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

/** How many places a pair of schemas is told at below one schema: enough to see that there are more. */
const PLACES = 8;

/** All remarks on two schemas and on those below them. */
export function remarksOn(walk: Walk, base: Conjunction, head: Conjunction): Remark[] {
  const loud = leadingToRemarks(walk, base, head);
  const found: Remark[] = [];
  const told = new Map<string, number>();
  const above = new Set<string>();
  const visit = (at: string, before: Conjunction, after: Conjunction): void => {
    const entry = walk.entry(before, after);
    if (entry === undefined || above.has(entry.key) || !loud.has(entry.key)) return;
    const times = (told.get(entry.key) ?? 0) + 1;
    if (times > PLACES) return;
    told.set(entry.key, times);
    above.add(entry.key);
    for (const remark of entry.remarks) found.push({ ...remark, at: at + remark.at });
    for (const step of entry.steps) visit(at + step.at, step.base, step.head);
    above.delete(entry.key);
  };
  visit('', base, head);
  return found;
}

/** The keys of all entries from which a remark can be reached. */
function leadingToRemarks(walk: Walk, base: Conjunction, head: Conjunction): Set<string> {
  const from = new Map<string, string[]>();
  const loud: string[] = [];
  const ahead: (Omit<Step, 'at'> & { after?: string })[] = [{ base, head }];
  for (let step = ahead.pop(); step !== undefined; step = ahead.pop()) {
    const entry = walk.entry(step.base, step.head);
    if (entry === undefined) continue;
    const before = from.get(entry.key);
    if (step.after !== undefined) before?.push(step.after);
    if (before !== undefined) continue;
    from.set(entry.key, step.after === undefined ? [] : [step.after]);
    if (entry.remarks.length > 0) loud.push(entry.key);
    for (const next of entry.steps) ahead.push({ ...next, after: entry.key });
  }
  const found = new Set<string>();
  for (let key = loud.pop(); key !== undefined; key = loud.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    loud.push(...(from.get(key) ?? []));
  }
  return found;
}

/**
 * Starts a walk.
 *
 * @param rules the rules, in the order in which they speak
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
