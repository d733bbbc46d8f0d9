/**
 * Reads a CPU profile of a server. The profiler slows the server by about a tenth: compare shares.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Packages printed. */
const ROWS_MAX = 24;
const say = (text: string) => process.stdout.write(`${text}\n`);

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

/**
 * Prints microseconds of the main thread an order, by package, over the last seconds of a profile.
 *
 * @param folder of `--cpu-prof-dir`
 * @param rate orders a second
 */
export async function reportProfile(folder: string, rate: number, seconds: number): Promise<void> {
  // CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile: the main thread has number 0.
  const file = (await readdir(folder)).find((name) => name.split('.')[4] === '0') ?? '';
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  );
  const shares = new Map<string, number>();
  let remainingUs = seconds * 1e6;
  for (let index = samples.length - 1; index >= 0 && remainingUs > 0; index -= 1) {
    const delta = timeDeltas[index] ?? 0;
    remainingUs -= delta;
    const name = ownerOf(samples[index] ?? 0, byId, parents);
    shares.set(name, (shares.get(name) ?? 0) + delta);
  }
  const orders = rate * seconds;
  const idle = shares.get('(idle)') ?? 0;
  const busy = [...shares.values()].reduce((sum, share) => sum + share, 0) - idle;
  say(
    `${rate.toFixed(0)} orders/s, main thread idle ${((idle / (busy + idle)) * 100).toFixed(0)} %, ${(busy / orders).toFixed(0)} µs an order\n`,
  );
  for (const [name, share] of [...shares]
    .filter(([n]) => n !== '(idle)')
    .sort((a, b) => b[1] - a[1])
    .slice(0, ROWS_MAX)) {
    say(
      `${(share / orders).toFixed(1).padStart(7)} µs  ${((share / busy) * 100).toFixed(1).padStart(5)} %  ${name}`,
    );
  }
}

/**
 * The package, or the folder of this repository, of a sample; Node's functions count for the
 * caller.
 */
function ownerOf(
  id: number,
  byId: Map<number, Profile['nodes'][number]>,
  parents: Map<number, number>,
): string {
  const own = byId.get(id)?.callFrame.functionName ?? '';
  if (own === '(idle)' || own === '(garbage collector)' || own === '(program)') return own;
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const { url = '' } = byId.get(at)?.callFrame ?? {};
    if (url === '' || url.startsWith('node:')) continue;
    const packages = url.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/g);
    if (packages) return packages.at(-1)?.slice('node_modules/'.length) ?? url;
    const ours = /\/(api|domain|store|projections)\//.exec(url)?.[1];
    return ours === undefined ? 'holdfast, other' : `holdfast, ${ours}/`;
  }
  return 'node (sockets, HTTP parser, timers)';
}
