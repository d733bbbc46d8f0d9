/**
 * npm run torture:mutants -- [--only NAME[,NAME…]] [--turn N] [--seed 1] [--minutes 0.4]
 *
 * Tortures each mutant of the product in a copy of the tree, and checks its history with the
 * checker of this tree. Prints a table. Exit code 1: a mutant was not caught, by a second torture
 * neither, which has the next seed and twice the time.
 *
 * --turn takes three mutants: other ones for each number, and all of them in turn.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { endWithUs } from './kit/ending.ts';
import { check } from './torture/checker/check.ts';
import { readRun } from './torture/history/files.ts';
import { type Mutant, applyMutant } from './torture/mutants/mutant.ts';
import { LOG_MUTANTS } from './torture/mutants/of-the-log.ts';
import { READER_MUTANTS } from './torture/mutants/of-readers.ts';
import { PENDING } from './torture/settle.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    turn: { type: 'string' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '0.4' },
  },
});
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MUTANTS_OF_A_TURN_COUNT = 3;
/** A torture of at most 3 minutes, with its start and its end. */
const TORTURE_MS_MAX = 180_000;
const SETTLE_SECONDS = 15;
/** The claims of a killed worker last 30 s. */
const SETTLE_SECONDS_AFTER = 35;
const say = (text: string) => process.stdout.write(`${text}\n`);

interface Trial {
  /** Number of violations by rule. */
  caught: Map<string, number>;
  /** One violation of each rule. */
  examples: string[];
  seconds: number;
  /** Why the torture did not end. */
  failure: string | undefined;
}

async function copyTree(to: string): Promise<void> {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of list
    .split('\0')
    .filter((each) => each !== '' && !/^(?:test\/replay|docs)\//.test(each))) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await cp(join(ROOT, file), join(to, file)).catch(() => {}); // deleted, and not yet committed
  }
  await mkdir(join(to, 'test/replay'), { recursive: true });
  await cp(join(ROOT, 'test/replay/random.ts'), join(to, 'test/replay/random.ts'));
  await cp(join(ROOT, 'docs'), join(to, 'docs'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'));
}

/** @param repeats 0 for the first torture of the mutant */
async function tryMutant(mutant: Mutant, repeats: number): Promise<Trial> {
  const beganMs = performance.now();
  const tree = await mkdtemp(join(tmpdir(), 'holdfast-mutant-'));
  const out = join(tree, 'torture-of-the-mutant');
  try {
    await chmod(tree, 0o755); // if root starts it, Postgres runs as another user
    await copyTree(tree);
    await applyMutant(mutant, tree);
    const child = endWithUs(
      spawn(
        process.execPath,
        [
          join(tree, 'loadtest/torture.ts'),
          // Two of each are enough for a race, and start sooner.
          '--nodes=2',
          '--tenants=2',
          `--minutes=${Number(values.minutes) * (1 + repeats)}`,
          `--seed=${Number(values.seed) + repeats}`,
          `--out=${out}`,
          `--settle-seconds=${mutant.faults.includes('node-kill') ? SETTLE_SECONDS_AFTER : SETTLE_SECONDS}`,
          ...(mutant.replica === undefined ? [] : [`--replica=${mutant.replica}`]),
          `--faults=${mutant.faults.join(',') || 'none'}`,
        ],
        { cwd: tree, stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-2_000);
      });
    const timer = setTimeout(() => child.kill('SIGTERM'), TORTURE_MS_MAX);
    await once(child, 'close');
    clearTimeout(timer);
    const seconds = (performance.now() - beganMs) / 1_000;
    const run = await readRun(out).catch(() => undefined);
    if (run === undefined) return { caught: new Map(), examples: [], seconds, failure: output };
    const caught = new Map<string, number>();
    // A mutant is not caught by a node, or a receiver, that only became slow.
    const isPending = run.facts.notRecovered.some((what) => what.endsWith(PENDING));
    const ignored = isPending ? ['recovery', 'webhook'] : ['recovery'];
    const examples: string[] = [];
    for (const { rule, detail, lines } of check(run).violations) {
      if (ignored.includes(rule)) continue;
      caught.set(rule, (caught.get(rule) ?? 0) + 1);
      if (caught.get(rule) !== 1) continue;
      const entries = lines.map((line) => JSON.stringify(run.history[line - 1]));
      examples.push([`${rule}: ${detail}`, ...entries].join('\n  '));
    }
    return { caught, examples, seconds, failure: undefined };
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

const all = [...LOG_MUTANTS, ...READER_MUTANTS];
const names =
  values.only?.split(',') ?? (values.turn === undefined ? undefined : namesOfTurn(Number(values.turn)));
const mutants = all.filter(({ name }) => names?.includes(name) ?? true);
if (mutants.length === 0) {
  process.stderr.write(
    'Usage: npm run torture:mutants -- [--only NAME[,NAME…]] [--turn N] [--seed 1] [--minutes 0.4]\n',
  );
  process.exit(2);
}

function namesOfTurn(turn: number): (string | undefined)[] {
  const first = turn * MUTANTS_OF_A_TURN_COUNT;
  return Array.from({ length: MUTANTS_OF_A_TURN_COUNT }, (_, n) => all[(first + n) % all.length]?.name);
}

say('| mutant | faults | caught by (violations) | s |\n| --- | --- | --- | --- |');
let missed = 0;
for (const mutant of mutants) {
  let trial = await tryMutant(mutant, 0);
  if (trial.caught.size === 0) trial = await tryMutant(mutant, 1);
  const { caught, examples, seconds, failure } = trial;
  const by = [...caught].map(([rule, count]) => `\`${rule}\` (${count})`).join(', ');
  if (caught.size === 0) missed += 1;
  const faults = mutant.faults.map((name) => `\`${name}\``).join(', ') || '–';
  say(`| \`${mutant.name}\`: ${mutant.what} | ${faults} | ${by || '**nothing**'} | ${seconds.toFixed(0)} |`);
  // The table goes to a file; the examples stay on the screen.
  for (const example of examples) process.stderr.write(`${example}\n`);
  if (failure !== undefined) say(`the torture did not end:\n${failure}`);
}
say(`\n${mutants.length - missed} of ${mutants.length} mutants caught`);
process.exitCode = missed === 0 ? 0 : 1;
