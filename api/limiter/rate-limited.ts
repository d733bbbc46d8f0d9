import type { Decision } from './decision.ts';

/** The caller is over quota for `decision.resetSeconds`. */
export class RateLimited extends Error {
  override name = 'RateLimited';
  readonly decision: Decision;

  constructor(decision: Decision) {
    super('over quota');
    this.decision = decision;
  }
}
