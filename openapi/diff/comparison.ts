/** The walk over two schemas side by side, that the rules of the keywords are called on. */
import type { Conjunction, Schemas } from './conjunction.ts';
import type { Direction, Verdict } from './finding.ts';
import { SCHEMA_RULES, type SchemaRule } from './schema-rules.ts';
import { type Shape, shapeOf } from './shape.ts';

/** What a rule found, with its place counted from the schema that was asked about. */
export interface Remark {
  rule: SchemaRule;
  at: string;
  base?: unknown;
  head?: unknown;
}

/** What all comparisons of one kind share. */
export interface Walk {
  base: Schemas;
  head: Schemas;
  direction: Direction;
  /** Values travel as text, as in parameters and XML, so that a plain string is every value. */
  text: boolean;
  /** `YYYY-MM-DD` */
  today: string;
  /** The walk of the other direction, for what stands under `not`. */
  opposite: () => Walk;
  remarks: (base: Conjunction, head: Conjunction) => Remark[];
}

/** Two schemas of the same place, as a rule sees them. */
export interface Comparison {
  walk: Walk;
  base: Shape;
  head: Shape;
  say: (rule: string, base?: unknown, head?: unknown) => void;
  /** Goes on with two schemas below. */
  into: (step: string, base: Conjunction, head: Conjunction) => void;
}

/** A rule of one or more keywords; `stop` when nothing below is worth comparing. */
export type KeywordRule = (comparison: Comparison) => 'stop' | undefined;

/** What a remark means in a direction. */
export function verdictOf(walk: Walk, remark: Remark): Verdict {
  return remark.rule[walk.direction];
}

/** Whether the head can stand in for the base: nothing breaks. */
export function fits(walk: Walk, base: Conjunction, head: Conjunction): boolean {
  return walk.remarks(base, head).every((remark) => verdictOf(walk, remark) !== 'breaking');
}

/** Whether two schemas say the same, annotations aside. */
export function same(walk: Walk, base: Conjunction, head: Conjunction): boolean {
  return walk.remarks(base, head).length === 0;
}

/**
 * Starts a walk.
 *
 * @param rules the rules, in the order in which they speak
 */
export function startWalk(
  options: Pick<Walk, 'base' | 'head' | 'direction' | 'text' | 'today'>,
  rules: KeywordRule[],
): Walk {
  const done = new Map<string, Remark[]>();
  const open = new Set<string>();
  let cut = false; // whether a comparison that is still open was taken as equal
  let opposite: Walk | undefined;

  const walk: Walk = {
    ...options,
    opposite: () => {
      opposite ??= startWalk(
        { ...options, direction: options.direction === 'request' ? 'response' : 'request' },
        rules,
      );
      return opposite;
    },
    remarks: (base, head) => {
      const key = `${base.id} ${head.id}`;
      const known = done.get(key);
      if (known !== undefined) return known;
      if (open.has(key)) {
        cut = true;
        return [];
      }
      const outerCut = cut;
      cut = false;
      open.add(key);
      const found = compare(walk, base, head, rules);
      open.delete(key);
      // What rests on an open comparison is only true within it.
      if (!cut || open.size === 0) done.set(key, found);
      cut = (cut && open.size > 0) || outerCut;
      return found;
    },
  };
  return walk;
}

function compare(walk: Walk, base: Conjunction, head: Conjunction, rules: KeywordRule[]): Remark[] {
  const found: Remark[] = [];
  const comparison: Comparison = {
    walk,
    base: shapeOf(walk.base, base),
    head: shapeOf(walk.head, head),
    say: (name, before, after) => {
      const rule = SCHEMA_RULES.get(name);
      if (rule === undefined) throw new Error(`No rule ${name}`);
      found.push({ rule, at: '', base: before, head: after });
    },
    into: (step, before, after) => {
      for (const remark of walk.remarks(before, after)) found.push({ ...remark, at: step + remark.at });
    },
  };
  for (const rule of rules) {
    if (rule(comparison) === 'stop') break;
  }
  return found;
}
