/** What a checker reports. */

/** The promises. Each violation names one. */
export const RULES = {
  'one-outcome': 'A key has one outcome for ever, byte for byte',
  'acknowledged-once': 'Each acknowledged command is in the log exactly once',
  'same-request': 'A key is bound to its request',
  'log-order':
    'Positions have no gap in an epoch, and follow the order of the commits; each epoch has a cause',
  'log-legal': 'Each event of the log is a command that a client sent, and legal in the state before it',
  'order-history': 'The answers about an order are a linearizable history of its versions',
  'shown-state': 'An order in an answer is the fold of its events',
  refusal: 'A refusal is consistent with a state that it may have seen',
  precondition: 'A command runs only on the version that its If-Match names',
  receipt: 'A receipt tells what the log has',
  walk: 'A walk is complete: it skips nothing and repeats nothing',
  'list-position': 'A list holds what its position says, and its position never decreases',
  feed: 'A reader of events gets each event once, in order, and nothing else',
  webhook: 'A webhook endpoint gets each event at least once, and nothing else',
  'wake-up': 'After the last fault, a new event reaches its webhook endpoint at once',
  loss: 'After a loss, a reader that saw a lost event is refused before it gets another one',
  totals: 'Totals are the fold of the log up to their position',
  'unexpected-answer': 'No answer is a 500, or a refusal that the request cannot have earned',
  recovery: 'After the last fault, everything works again within its time',
} as const;

export type Rule = keyof typeof RULES;

export interface Violation {
  rule: Rule;
  detail: string;
  /** Lines of the history that show it. */
  lines: number[];
}

export interface Findings {
  violations: Violation[];
  violate: (rule: Rule, detail: string, lines?: readonly (number | undefined)[]) => void;
  /** Counts one comparison. */
  decide: (rule: Rule, count?: number) => void;
  /** A comparison that the history does not allow. */
  leaveOpen: (rule: Rule, why: string, line?: number) => void;
  decided: Map<Rule, number>;
  undecided: { rule: Rule; why: string; line: number | undefined }[];
}

export function collectFindings(): Findings {
  const violations: Violation[] = [];
  const decided = new Map<Rule, number>();
  const undecided: Findings['undecided'] = [];
  return {
    violations,
    decided,
    undecided,
    violate: (rule, detail, lines = []) =>
      void violations.push({ rule, detail, lines: lines.filter((line) => line !== undefined) }),
    decide: (rule, count = 1) => void decided.set(rule, (decided.get(rule) ?? 0) + count),
    leaveOpen: (rule, why, line) => void undecided.push({ rule, why, line }),
  };
}
