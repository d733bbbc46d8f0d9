import type { Decision } from './decision.ts';

/** The caller is over its quota; `decision.resetSeconds` from now it will pass. */
export class RateLimited extends Error {
  override name = 'RateLimited';
  readonly decision: Decision;

  constructor(decision: Decision) {
    super('over quota');
    this.decision = decision;
  }
}
