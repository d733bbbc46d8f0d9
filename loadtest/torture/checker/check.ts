/**
 * Checks a recorded run: a pure function of the history, the final log and the facts of the run.
 * Each check sorts, then reads once, so the time grows with n log n.
 */
import type { RecordedRun } from '../history/files.ts';
import { checkConsumers } from './consumers.ts';
import { checkKeys } from './keys.ts';
import { type LogIndex, indexLog, noteTimes } from './log-index.ts';
import { checkTold, withoutLost } from './losses.ts';
import { checkOrderAnswers } from './order-answers.ts';
import { checkPromotions } from './promotions.ts';
import { checkRefusals } from './refusals.ts';
import { checkTotals } from './totals.ts';
import { type Findings, collectFindings } from './violation.ts';
import { checkWakeups } from './wakeups.ts';
import { checkWalks } from './walks.ts';

export function check({ history: recorded, log, facts }: RecordedRun): Findings {
  const findings = collectFindings();
  const index = indexLog(log, facts.epochs, findings);
  const history = withoutLost(index, recorded, facts);
  noteTimes(index, history);
  checkCommitOrder(index, findings);
  checkKeys(index, history, findings);
  checkOrderAnswers(index, history, findings);
  checkRefusals(index, history, facts, findings);
  checkWalks(index, history, facts, findings);
  checkConsumers(index, history, facts, findings);
  checkWakeups(history, findings);
  checkTotals(index, history, findings);
  if (facts.replica === 'asynchronous') checkTold(recorded, facts, findings);
  checkPromotions(history, facts, findings);
  findings.decide('recovery');
  for (const what of facts.notRecovered) findings.violate('recovery', what);
  return findings;
}

/**
 * Positions follow real time: a command that was first sent after another one's answer had ended
 * stands behind it.
 */
function checkCommitOrder({ commits }: LogIndex, findings: Findings): void {
  let earliest = commits.at(-1);
  for (let n = commits.length - 2; n >= 0; n -= 1) {
    const commit = commits[n]!;
    findings.decide('log-order');
    if (earliest!.shownMs < commit.sentMs && commit.sentLine !== undefined)
      findings.violate(
        'log-order',
        `position ${commit.event.position} was sent after ${earliest!.event.position} had been answered`,
        [earliest!.shownLine, commit.sentLine],
      );
    if (commit.shownMs < earliest!.shownMs) earliest = commit;
  }
}
