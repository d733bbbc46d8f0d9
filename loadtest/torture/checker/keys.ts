/**
 * Each idempotency key is a register that is written once: every answer of success shows the one
 * event that the log has under the key, and the same bytes.
 */
import type { Act } from '../../../test/model/model.ts';
import type { Recorded } from '../history/entry.ts';
import { type Commit, type LogIndex, actOf, keyName, linesOf } from './log-index.ts';
import type { Findings } from './violation.ts';

export const isSuccess = ({ status }: Recorded): boolean => typeof status === 'number' && status < 300;

export function checkKeys(index: LogIndex, history: readonly Recorded[], findings: Findings): void {
  const byKey = new Map<string, Recorded[]>();
  for (const entry of history) {
    // The keys of writes on webhooks are a space of their own.
    if (entry.key === undefined || entry.wish.kind === 'switch') continue;
    const name = keyName(entry.tenant, entry.key);
    const entries = byKey.get(name);
    if (entries === undefined) byKey.set(name, [entry]);
    else entries.push(entry);
  }
  for (const [name, entries] of byKey) {
    const commit = index.byKey.get(name);
    const writes = entries.filter(({ wish }) => wish.kind !== 'receipt');
    checkOutcomes(writes.filter(isSuccess), commit, findings);
    checkRequests(writes, commit, findings);
    for (const receipt of entries.filter(({ wish }) => wish.kind === 'receipt'))
      checkReceipt(receipt, commit, findings);
  }
  for (const { event, sentLine } of index.commits)
    if (sentLine === undefined)
      findings.violate('log-legal', `no client sent the command at ${event.position}, key ${event.key}`);
}

function checkOutcomes(successes: Recorded[], commit: Commit | undefined, findings: Findings): void {
  const [one] = successes;
  if (one === undefined) return;
  findings.decide('acknowledged-once', successes.length);
  if (commit === undefined) {
    findings.violate('acknowledged-once', `the log has no event under ${one.key}`, [one.at]);
    return;
  }
  const { event } = commit;
  const first = successes.filter(({ replayed }) => replayed !== true);
  if (first.length > 1)
    findings.violate(
      'one-outcome',
      `${first.length} requests say that they ran ${one.key}`,
      first.map(({ at }) => at),
    );
  const seen = new Map<string, Recorded>();
  for (const entry of successes) {
    findings.decide('one-outcome');
    const { position, version, order, orderId, recordedAt, hash, edition, at } = entry;
    const shown = {
      position,
      version: version ?? order?.version,
      order: order?.id ?? orderId,
      recordedAt,
    };
    for (const [member, value] of Object.entries(shown))
      if (value !== undefined && value !== event[member as keyof typeof shown])
        findings.violate(
          'acknowledged-once',
          `${member} of ${entry.key} is ${value}, in the log ${event[member as keyof typeof shown]}`,
          [at],
        );
    if (hash === undefined) continue;
    const earlier = seen.get(edition);
    if (earlier === undefined) seen.set(edition, entry);
    else if (earlier.hash !== hash || earlier.status !== entry.status)
      findings.violate('one-outcome', `two answers to ${entry.key} differ`, [earlier.at, at]);
  }
}

/** Whether an event is what a request wanted. */
function isWanted({ wish }: Recorded, { event }: Commit): boolean {
  const act = actOf(event);
  if (wish.kind === 'place')
    return (
      act === 'place' &&
      event.data['customer_id'] === wish.customer &&
      JSON.stringify(linesOf(event)) === JSON.stringify(wish.lines)
    );
  return (
    wish.kind === 'act' &&
    event.order === wish.order &&
    act !== undefined &&
    act !== 'place' &&
    isSameAct(act, wish.act)
  );
}

function isSameAct(one: Act, other: Act): boolean {
  const canonical = (act: Act) => JSON.stringify(Object.entries(act).sort(([a], [b]) => (a < b ? -1 : 1)));
  return canonical(one) === canonical(other);
}

function checkRequests(writes: Recorded[], commit: Commit | undefined, findings: Findings): void {
  if (commit === undefined) {
    for (const { status, code, key, at } of writes)
      if (status === 422 && code === 'idempotency_key_reused')
        findings.violate('refusal', `${key} is said to be in use, but the log has no event under it`, [at]);
    return;
  }
  let isSent = false;
  for (const entry of writes) {
    findings.decide('same-request');
    const wanted = isWanted(entry, commit);
    isSent ||= wanted;
    const { status, code, at, key, startMs } = entry;
    if (isSuccess(entry) && !wanted)
      findings.violate('same-request', `${key} was accepted for another request`, [at, commit.sentLine]);
    if (code === 'idempotency_key_reused' && wanted)
      findings.violate('same-request', `${key} was refused to its own request`, [at, commit.sentLine]);
    if (typeof status !== 'number' || status < 400 || status === 429 || status >= 500) continue;
    if (wanted && startMs > commit.shownMs)
      findings.violate('one-outcome', `a repeat of ${key} was refused with ${status} ${code}`, [
        at,
        commit.shownLine,
      ]);
    if (!wanted && code !== 'idempotency_key_reused' && startMs > commit.shownMs && code !== undefined)
      findings.decide('refusal'); // the state may refuse it before the key does
  }
  if (!isSent)
    findings.violate(
      'log-legal',
      `the event at ${commit.event.position} is not what any client sent under ${commit.event.key}`,
      writes.map(({ at }) => at),
    );
  const { wish } = writes.find((entry) => isWanted(entry, commit)) ?? {};
  if (wish?.kind !== 'act' || wish.ifMatch === undefined) return;
  findings.decide('precondition');
  const conditions = new Set(
    writes
      .filter((entry) => isWanted(entry, commit))
      .map((entry) => 'ifMatch' in entry.wish && entry.wish.ifMatch),
  );
  if (!conditions.has(commit.event.version - 1))
    findings.violate(
      'precondition',
      `${commit.event.key} ran on version ${commit.event.version - 1}, its If-Match names ${wish.ifMatch}`,
      writes.map(({ at }) => at),
    );
}

function checkReceipt(receipt: Recorded, commit: Commit | undefined, findings: Findings): void {
  const { status, key, at, startMs } = receipt;
  if (status === 404) {
    findings.decide('receipt');
    if (commit !== undefined && commit.shownMs < startMs)
      findings.violate('receipt', `the receipt denies ${key}, which took effect`, [at, commit.shownLine]);
    return;
  }
  if (!isSuccess(receipt)) return;
  findings.decide('receipt');
  if (commit === undefined) {
    findings.violate('receipt', `the receipt confirms ${key}, which the log does not have`, [at]);
    return;
  }
  const { event } = commit;
  const shown = {
    order: receipt.orderId,
    version: receipt.version,
    position: receipt.position,
    recordedAt: receipt.recordedAt,
    id: receipt.events?.[0]?.id,
    fingerprint: receipt.hash,
  };
  for (const [member, value] of Object.entries(shown))
    if (value !== event[member as keyof typeof shown])
      findings.violate(
        'receipt',
        `${member} of ${key} is ${value}, in the log ${event[member as keyof typeof shown]}`,
        [at, commit.sentLine],
      );
}
