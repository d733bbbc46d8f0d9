/**
 * npm run bench:peers [-- --rounds 3 --seconds 3 --connections 64,1 --peers textbook,emmett]
 *
 * Places the same order over HTTP, each with a key of its own, by Holdfast and by its peers. All
 * use one Postgres, each with a database of its own. First checks what each does with repeats; then
 * measures orders a second, p50, p99, and CPU seconds per 1,000 orders, in interleaved rounds.
 *
 * The first run installs Emmett, DBOS and Restate into loadtest/peers/installed.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { install } from '../../tools/install.ts';
import { startServices } from '../kit/services.ts';
import { pinned } from '../serve.ts';
import { checkRepeats } from './check.ts';
import { measureAll, tableLines } from './measure.ts';
import { type RunningPeer, PEERS } from './start.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64,1' },
    peers: { type: 'string', default: Object.keys(PEERS).join(',') },
  },
});
const names = options.peers.split(',');
const say = (text: string) => process.stdout.write(`${text}\n`);

const unknown = names.filter((name) => !(name in PEERS));
if (unknown.length > 0) {
  process.stderr.write(`--peers must be of: ${Object.keys(PEERS).join(', ')}\n`);
  process.exit(2);
}
if (names.some((name) => PEERS[name]!.isInstalled))
  await install(fileURLToPath(new URL('installed', import.meta.url)), say);

const services = await startServices();
const running: RunningPeer[] = [];
const database = new Client({ connectionString: services.databaseUrl });
try {
  await database.connect();
  const { rows } = await database.query<{ fsync: string; commit: string; pid: string }>(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
            split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`,
  );
  say(
    `Node ${process.version}, ${cpus().length} cores${pinned ? ', servers on a core of their own' : ''}; Postgres with fsync ${rows[0]!.fsync}, synchronous_commit ${rows[0]!.commit}\n`,
  );
  for (const name of names) {
    await database.query(`CREATE DATABASE "peer_${name}"`);
    const databaseUrl = new URL(services.databaseUrl);
    databaseUrl.pathname = `/peer_${name}`;
    running.push(await PEERS[name]!.start(name, { ...services, databaseUrl: databaseUrl.href }));
  }
  for (const peer of running) say(await checkRepeats(peer));
  for (const connections of options.connections.split(',').map(Number)) {
    const figures = await measureAll(running, {
      rounds: Number(options.rounds),
      roundMs: Number(options.seconds) * 1_000,
      connections,
      postmaster: rows[0]!.pid,
    });
    say(`\n${connections} connection${connections === 1 ? '' : 's'}`);
    for (const line of tableLines(figures)) say(line);
  }
} finally {
  for (const { children } of running) for (const child of children) child.kill('SIGKILL');
  await database.end();
  await services.stop();
}
