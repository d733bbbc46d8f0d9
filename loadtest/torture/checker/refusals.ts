/** Each refusal is consistent with a state that it may have seen, by the independent model. */
import { after } from '../../../test/model/model.ts';
import type { Recorded, RunFacts } from '../history/entry.ts';
import type { Commit, LogIndex, OrderLog } from './log-index.ts';
import { isTold } from './losses.ts';
import { keyName } from './log-index.ts';
import type { Findings } from './violation.ts';

/** Refusals of one moment: they say nothing about the order. */
const OF_THE_MOMENT = new Set(['order_busy']);

export function checkRefusals(
  index: LogIndex,
  history: readonly Recorded[],
  { replica, promotions }: Pick<RunFacts, 'replica' | 'promotions'>,
  findings: Findings,
): void {
  const lossMs = replica === 'asynchronous' ? promotions[0]?.cutMs : undefined;
  for (const entry of history) {
    const { status, code, wish, at } = entry;
    if (typeof status !== 'number' || status < 400) continue;
    if (status === 429 || status === 503) continue; // of the moment, without effect or unknown
    if (wish.kind === 'receipt' && status === 404) continue; // checkReceipt
    if (isTold(entry) && lossMs !== undefined && entry.endMs > lossMs) continue;
    findings.decide('unexpected-answer');
    if (code === 'idempotency_key_reused') checkReuse(index, entry, findings);
    else if (wish.kind === 'act' && (status === 409 || status === 412)) {
      if (!OF_THE_MOMENT.has(code ?? '')) checkState(index.orders.get(wish.order), entry, findings);
    } else if (wish.kind === 'summary' && status === 404) checkUncounted(index, entry, findings);
    else findings.violate('unexpected-answer', `${wish.kind} was answered with ${status} ${code}`, [at]);
  }
}

function checkReuse(
  { byKey }: LogIndex,
  { tenant, key = '', endMs, at }: Recorded,
  findings: Findings,
): void {
  findings.decide('refusal');
  const commit = byKey.get(keyName(tenant, key));
  if (commit !== undefined && commit.sentMs > endMs)
    findings.violate('refusal', `${key} was refused as used before it was sent`, [at, commit.sentLine]);
}

/** Versions that an exchange may have seen: from the newest that was shown before it. */
function windowOf({ commits }: OrderLog, { startMs, endMs }: Recorded): [number, number] {
  const isShown = ({ shownMs }: Commit) => shownMs < startMs;
  // Later versions are shown later, so a binary search finds the last one.
  let [low, high] = [0, commits.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isShown(commits[middle - 1]!)) low = middle;
    else high = middle - 1;
  }
  let last = low;
  while (last < commits.length && commits[last]!.sentMs < endMs) last += 1;
  return [low, last];
}

function checkState(order: OrderLog | undefined, entry: Recorded, findings: Findings): void {
  const { wish, status, code, at } = entry;
  if (wish.kind !== 'act') return;
  if (order === undefined) {
    findings.leaveOpen('refusal', `the log does not have ${wish.order}`, at);
    return;
  }
  const [first, last] = windowOf(order, entry);
  for (let version = Math.max(1, first); version <= last; version += 1) {
    const state = order.states[version - 1];
    if (state === undefined) {
      findings.leaveOpen('refusal', `version ${version} of ${wish.order} is illegal`, at);
      return;
    }
    const isRefused =
      status === 412
        ? wish.ifMatch !== undefined && wish.ifMatch !== version
        : (wish.ifMatch === undefined || wish.ifMatch === version) && after(state, wish.act) === undefined;
    if (!isRefused) continue;
    findings.decide('refusal');
    return;
  }
  findings.violate(
    'refusal',
    `${code} for ${JSON.stringify(wish.act)}: no version from ${first} to ${last} of ${wish.order} refuses it`,
    [at, order.commits[first - 1]?.shownLine],
  );
}

/** A customer without an order has no summary. */
function checkUncounted({ tenants }: LogIndex, entry: Recorded, findings: Findings): void {
  const { wish, tenant, at } = entry;
  if (wish.kind !== 'summary') return;
  findings.decide('totals');
  // Without Holdfast-Read-After a list may be late, so only an unread answer at the end counts.
  const placing = tenants[tenant]?.find(
    ({ event }) => event.type === 'OrderPlaced' && event.data['customer_id'] === wish.customer,
  );
  if (placing !== undefined && entry.client === 'auditor')
    findings.violate('totals', `the orders of ${wish.customer} are not counted`, [at]);
}
