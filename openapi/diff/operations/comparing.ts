/** The state of a comparison of two contracts: both sides and the findings. */
import { type Walk, remarksOn, startWalk, verdictOf } from '../keywords/comparison.ts';
import { type Schemas, schemasOf } from '../keywords/conjunction.ts';
import type { Document, Node } from '../documents/document.ts';
import { type Direction, type Finding } from '../finding.ts';
import { KEYWORD_RULES } from '../keywords/rule-order.ts';
import { OPERATION_RULES } from './verdicts.ts';
import { reasonOf } from '../keywords/verdicts.ts';

export interface Comparing {
  base: Schemas;
  head: Schemas;
  /** `YYYY-MM-DD` */
  today: string;
  findings: Finding[];
}

/** A location in the contract: its parts, from the operation inwards. */
export type Location = string[];

/** An operation of one side, with the data of its path item. */
export interface Operation {
  path: string;
  node: Node;
  /** Parameters of the path item. */
  shared: unknown[];
}

/** Prepares the comparison of two contracts. */
export function startComparing(base: Document, head: Document, today: string): Comparing {
  return { base: schemasOf(base), head: schemasOf(head), today, findings: [] };
}

/** Adds a finding of a rule without direction. */
export function note(
  comparing: Comparing,
  name: string,
  location: Location,
  values: { base?: unknown; head?: unknown } = {},
): void {
  const rule = OPERATION_RULES.get(name);
  if (rule === undefined) throw new Error(`No rule ${name}`);
  comparing.findings.push({
    rule: name,
    verdict: rule.verdict,
    place: location.join(' > '),
    why: rule.why,
    ...values,
  });
}

export interface SchemaOptions {
  direction: Direction;
  text: boolean;
  /** Rules to skip at the root of the schema. */
  except?: string[];
}

const walks = new WeakMap<Comparing, Map<string, Walk>>();

/** Compares two schemas, either of which may be absent, and adds the findings. */
export function compareSchemas(
  comparing: Comparing,
  location: Location,
  base: unknown,
  head: unknown,
  { direction, text, except = [] }: SchemaOptions,
): void {
  const walk = walkOf(comparing, direction, text);
  const found = remarksOn(walk, walk.base.conjoin(base), walk.head.conjoin(head));
  for (const remark of found) {
    if (remark.at === '' && except.includes(remark.rule.rule)) continue;
    const at = remark.at.replace(/^\./, '');
    comparing.findings.push({
      rule: `${direction}.${remark.rule.rule}`,
      verdict: verdictOf(walk, remark),
      place: [...location, ...(at === '' ? [] : [at])].join(' > '),
      why: reasonOf(remark.rule, direction),
      ...(remark.base !== undefined && { base: remark.base }),
      ...(remark.head !== undefined && { head: remark.head }),
    });
  }
}

function walkOf(comparing: Comparing, direction: Direction, text: boolean): Walk {
  const { base, head, today } = comparing;
  const known = walks.get(comparing) ?? new Map<string, Walk>();
  walks.set(comparing, known);
  const walk =
    known.get(`${direction} ${text}`) ?? startWalk({ base, head, direction, text, today }, KEYWORD_RULES);
  known.set(`${direction} ${text}`, walk);
  return walk;
}
