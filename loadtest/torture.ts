/**
 * npm run torture -- [--minutes 1] [--seed N] [--faults NAME[,NAME…]] [--out FOLDER]
 *                    [--nodes 3] [--tenants 3] [--shoppers 12] [--think-ms 15]
 *                    [--settle-seconds 90]
 *                    [--replica synchronous|asynchronous|none]
 * npm run torture -- check FOLDER
 *
 * Runs several nodes under traffic and faults, records every exchange, and checks the history
 * against the log. Exit code 1: a promise was broken, or a check was left undecided. See
 * docs/reliability.md.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check } from './torture/checker/check.ts';
import { lostWrites } from './torture/checker/losses.ts';
import { writesBackMs } from './torture/checker/promotions.ts';
import { hasDisks } from './torture/faults/machine/disk.ts';
import { hasCompiler } from './torture/faults/machine/failing-fsync.ts';
import { hasFakeTime } from './torture/faults/machine/clock.ts';
import { FAULTS, FAULT_NAMES, type Fault, type FaultName, fitsRedis } from './torture/faults/catalogue.ts';
import { REPLICA_MODES, type ReplicaMode } from './torture/faults/standby/replication.ts';
import { readRun } from './torture/history/files.ts';
import { reportOf } from './torture/report.ts';
import { torture } from './torture/run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    faults: { type: 'string' },
    out: { type: 'string' },
    nodes: { type: 'string', default: '3' },
    tenants: { type: 'string', default: '3' },
    shoppers: { type: 'string', default: '12' },
    replica: { type: 'string' },
    'think-ms': { type: 'string', default: '15' },
    // The claims of a killed worker last 30 s.
    'settle-seconds': { type: 'string', default: '90' },
  },
});
// Nodes start often: compile their sources once.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'holdfast-torture-compiled');
const say = (text: string) => process.stdout.write(`${text}\n`);
const faults = (
  values.faults === 'none'
    ? []
    : (values.faults?.split(',') ?? FAULT_NAMES.filter((name) => fitsRedis(name, false)))
) as FaultName[];
const needsReplica = faults.some((name) => (FAULTS[name] as Fault | undefined)?.needs === 'standby');
const replica = (values.replica ?? (needsReplica ? 'synchronous' : 'none')) as ReplicaMode;
const unknown = faults.filter((name) => !FAULT_NAMES.includes(name));
/** A fault that nobody named is left out where it cannot run; one that is named must run. */
const leftOut = values.faults === undefined ? reasonsAgainst(faults, replica) : {};
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
const numbers = [
  values.minutes,
  values.nodes,
  values.tenants,
  values.shoppers,
  values['think-ms'],
  values['settle-seconds'],
].map(Number);
const isCheck = positionals[0] === 'check' && positionals.length === 2;
if (
  unknown.length > 0 ||
  !REPLICA_MODES.includes(replica) ||
  !Number.isSafeInteger(seed) ||
  !numbers.every((each) => each > 0) ||
  (positionals.length > 0 && !isCheck)
) {
  process.stderr.write(
    `Usage: npm run torture -- [--minutes 1] [--seed N] [--faults NAME[,NAME…]|none] [--out FOLDER]
                          [--nodes 3] [--tenants 3] [--shoppers 12] [--think-ms 15] [--settle-seconds 90]
                          [--replica synchronous|asynchronous|none]
       npm run torture -- check FOLDER
Faults: ${FAULT_NAMES.join(', ')}\n`,
  );
  process.exit(2);
}

/** Faults that cannot run here, and why. */
function reasonsAgainst(names: readonly FaultName[], mode: ReplicaMode): Record<string, string> {
  const reasons: Record<string, string> = {};
  for (const name of names) {
    const { needs }: Fault = FAULTS[name];
    if (needs === 'standby' && mode === 'none') reasons[name] = 'there is no standby';
    if (needs === 'clocks' && !hasFakeTime()) reasons[name] = 'the package faketime is not installed';
    if (needs === 'disks' && !hasDisks()) reasons[name] = 'only root can mount a small disk';
    if (needs === 'fsync' && !hasCompiler()) reasons[name] = 'there is no C compiler';
    if (name === 'deploy' && mode === 'asynchronous') reasons[name] = 'the release before has no epochs';
    if (name === 'key-rotation' && mode === 'asynchronous') reasons[name] = 'a lost key is unknown for ever';
  }
  return reasons;
}

/** @returns whether every promise held and every check was decided */
async function checkFolder(folder: string): Promise<boolean> {
  const run = await readRun(folder);
  const beganMs = performance.now();
  const findings = check(run);
  const report = await reportOf({
    folder,
    facts: run.facts,
    exchanges: run.history.length,
    events: run.log.length,
    findings,
    writesBackMs: writesBackMs(run.history, run.facts),
    lostWrites: lostWrites(run.history, run.facts),
    checkMs: performance.now() - beganMs,
  });
  for (const line of report) say(line);
  return findings.violations.length === 0 && findings.undecided.length === 0;
}

if (isCheck) process.exitCode = (await checkFolder(positionals[1]!)) ? 0 : 1;
else {
  const [minutes = 1, nodes = 1, tenants = 1, shoppers = 1, thinkMs = 1, settleSeconds = 1] = numbers;
  const folder = values.out ?? (await mkdtemp(join(tmpdir(), 'holdfast-torture-')));
  await mkdir(folder, { recursive: true });
  say(`seed ${seed}\n${folder}`);
  await torture({
    seed,
    seconds: minutes * 60,
    faults: faults.filter((name) => !(name in leftOut)),
    leftOut,
    shoppers,
    thinkMs,
    nodes,
    tenants,
    replica,
    settleSeconds,
    folder,
    say,
  });
  const isClean = await checkFolder(folder);
  // The data of Postgres is large, and the log is in a file.
  await rm(join(folder, 'data'), { recursive: true, force: true });
  if (isClean && values.out === undefined) await rm(folder, { recursive: true, force: true });
  process.exitCode = isClean ? 0 : 1;
  // Sockets of broken connections may linger.
  process.exit();
}
