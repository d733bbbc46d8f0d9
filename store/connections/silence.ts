/**
 * Destroys connections to Postgres that have gone silent: the host has vanished, or a proxy or a
 * firewall has dropped the flow without a word. Neither pg nor the kernel notices for minutes, and
 * Node cannot set TCP_USER_TIMEOUT.
 *
 * A slow statement is not silence: a statement without an answer for a second is looked up
 * on a new connection. If its backend has ended, or waits for a statement, its answer was lost.
 */
import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { withDeadline } from '../../platform/deadline.ts';
import { databaseConnectionsSilent } from '../../platform/metrics.ts';

const LOOK_INTERVAL_MS = 500;
/** Statements that answer sooner are never looked up. */
const SUSPECT_MS = 1_000;
/** A statement that works is looked up again when it has taken twice as long, at most this much. */
const RECHECK_MS_MAX = 30_000;
/** Findings in a row. One may be older than an answer that lies in the socket. */
const FINDINGS_MIN = 2;
const CHECK_TIMEOUT_MS = 2_000;

export interface Expectations {
  /** `PID START` of the backend; without it the connection is not checked. */
  backend?: string | undefined;
  /** After this time Postgres would have cancelled the statement: the connection is destroyed. */
  statementMsMax?: number | undefined;
  /** Nobody uses the connection: it has no transaction, and no lock of the session. */
  isSpare?: boolean;
}

interface Watched extends Expectations {
  client: Client;
  /** Connections to the same address are checked together. */
  databaseUrl: string;
  /** Statements without an answer. */
  pending: number;
  /** When the oldest of them became the next to be answered. */
  sinceMs: number;
  answeredAtMs: number;
  nextCheckMs: number;
  findings: number;
  /** Bytes that had arrived at the last check. */
  bytesRead: number;
}

/** The connection was destroyed. A statement on it took effect once or not at all. */
class ConnectionSilentError extends Error {
  override name = 'ConnectionSilentError';
  /** As the kernel reports it, when it notices. */
  code = 'ETIMEDOUT';
}

const watched = new Map<Client, Watched>();
const checking = new Set<string>();
let timer: NodeJS.Timeout | undefined;

/** Opens a connection for one check. */
type OpenCheck = (databaseUrl: string) => Client;

/** Watches a client from its connection to its end. */
export function watchForSilence(client: Client, databaseUrl: string, openCheck: OpenCheck): void {
  const record: Watched = {
    client,
    databaseUrl,
    pending: 0,
    sinceMs: 0,
    answeredAtMs: performance.now(),
    nextCheckMs: 0,
    findings: 0,
    bytesRead: 0,
  };
  noteStatements(client, record);
  client.once('connect', () => {
    watched.set(client, record);
    timer ??= setInterval(() => look(openCheck), LOOK_INTERVAL_MS).unref();
  });
  client.once('end', () => watched.delete(client));
}

/** Says how a watched client that has connected is checked. */
export const expectAnswers = (client: Client, expectations: Expectations): void =>
  void Object.assign(watched.get(client) ?? {}, expectations);

function noteStatements(client: Client, record: Watched): void {
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const answered = () => {
    record.pending -= 1;
    record.answeredAtMs = performance.now();
    restart(record);
  };
  client.query = ((...given: unknown[]) => {
    record.pending += 1;
    if (record.pending === 1) restart(record);
    const answer = query(...given);
    answer.then(answered, answered);
    return answer;
  }) as Client['query'];
}

function restart(record: Watched): void {
  record.sinceMs = performance.now();
  record.nextCheckMs = record.sinceMs + SUSPECT_MS;
  record.findings = 0;
}

function look(openCheck: OpenCheck): void {
  if (watched.size === 0) {
    clearInterval(timer);
    timer = undefined;
    return;
  }
  const now = performance.now();
  const suspects = new Map<string, Watched[]>();
  for (const record of watched.values()) {
    if (record.pending === 0) continue;
    if (now - record.sinceMs > (record.statementMsMax ?? Number.POSITIVE_INFINITY)) {
      destroySilent(record);
      continue;
    }
    if (now < record.nextCheckMs || record.backend === undefined) continue;
    suspects.set(record.databaseUrl, [...(suspects.get(record.databaseUrl) ?? []), record]);
  }
  for (const [databaseUrl, records] of suspects) {
    if (checking.has(databaseUrl)) continue;
    checking.add(databaseUrl);
    // Without a check nothing is known: the next look tries again.
    void check(openCheck(databaseUrl), records)
      .catch(() => {})
      .finally(() => checking.delete(databaseUrl));
  }
}

interface Backend {
  backend: string;
  state: string | null;
  wait_event: string | null;
}

const FIND_BACKENDS = `
  SELECT pid || ' ' || extract(epoch FROM backend_start) AS backend, state, wait_event
    FROM pg_catalog.pg_stat_activity
   WHERE pid = ANY ($1)`;

async function check(client: Client, records: readonly Watched[]): Promise<void> {
  const statements = records.map(({ sinceMs }) => sinceMs);
  const pids = records.map(({ backend = '' }) => Number.parseInt(backend, 10));
  let found: Map<string, Backend>;
  try {
    await withDeadline(client.connect(), CHECK_TIMEOUT_MS);
    const { rows } = await withDeadline(client.query<Backend>(FIND_BACKENDS, [pids]), CHECK_TIMEOUT_MS);
    found = new Map(rows.map((row) => [row.backend, row]));
  } finally {
    client.end().catch(() => {});
  }
  const now = performance.now();
  for (const [index, record] of records.entries()) {
    if (record.pending === 0 || record.sinceMs !== statements[index]) continue;
    const { bytesRead } = socketOf(record.client);
    const isFlowing = bytesRead !== record.bytesRead;
    record.bytesRead = bytesRead;
    if (isFlowing || !hasAnswered(found.get(record.backend ?? ''))) {
      record.findings = 0;
      record.nextCheckMs = now + Math.min(now - record.sinceMs, RECHECK_MS_MAX);
      continue;
    }
    record.findings += 1;
    if (record.findings >= FINDINGS_MIN) destroySilent(record);
  }
}

/** Whether a backend has ended, has nothing to do, or cannot send its answer. */
function hasAnswered(backend: Backend | undefined): boolean {
  if (backend === undefined) return true;
  const { state, wait_event } = backend;
  return state?.startsWith('idle') === true || (state === 'active' && wait_event === 'ClientWrite');
}

/**
 * The idle connections that have not answered since may be as silent: spare ones are destroyed, the
 * others get a statement.
 */
function destroySilent(silent: Watched): void {
  const { databaseUrl, sinceMs } = silent;
  for (const record of watched.values()) {
    const isIdle = record.databaseUrl === databaseUrl && record.pending === 0;
    if (record === silent || !isIdle || record.answeredAtMs >= sinceMs) continue;
    if (record.isSpare === true) destroy(record, sinceMs);
    else record.client.query('SELECT').catch(() => {});
  }
  destroy(silent, sinceMs);
}

function destroy({ client }: Watched, sinceMs: number): void {
  const ms = Math.round(performance.now() - sinceMs);
  watched.delete(client);
  databaseConnectionsSilent.inc();
  socketOf(client).destroy(new ConnectionSilentError(`Postgres sent nothing for ${ms} ms on a connection`));
}

/** `@types/pg` lacks the connection of a client. A connection with TLS replaces its socket. */
export const socketOf = (client: Client): Socket =>
  (client as Client & { connection: { stream: Socket } }).connection.stream;
