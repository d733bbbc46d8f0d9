/**
 * npm run bench:place [-- --rounds 3 --seconds 4 --json FILE] [--against COMMIT [--personal]]
 *
 * Measures orders a second, p50 and p99 at 1, 16, 64 and 256 connections, for the product and for
 * the floors, in interleaved rounds. Also the latency of a bare insert, and events a second of the
 * log and of Emmett.
 */
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../kit/open-loop.ts';
import { startServices } from '../kit/services.ts';
import { type Result, load } from '../kit/http/http-client.ts';
import { body, placeOrder } from '../kit/order-request.ts';
import { pinned, serve, serveHoldfast } from '../serve.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '1,16,64,256' },
    json: { type: 'string' },
    against: { type: 'string' },
    personal: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const roundMs = Number(options.seconds) * 1_000;
const connectionCounts = options.connections.split(',').map(Number);
const WARM_UP_MS = 5_000;

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);

if (options.against !== undefined) {
  const { benchAgainst } = await import('./against.ts');
  for (const connections of connectionCounts)
    await benchAgainst({
      commit: options.against,
      rounds,
      roundMs,
      connections,
      isPersonal: options.personal,
    });
  process.exit(0);
}

const services = await startServices();
const children: ChildProcess[] = [];
const report: Record<string, unknown> = {
  node: process.version,
  cpus: cpus().length,
  body_bytes: body.length,
  rounds,
  seconds: roundMs / 1_000,
};

try {
  const servers = {
    'floor, at once': await serve([here('floor.ts')], {}, /(\d+)/),
    'floor, one setImmediate': await serve([here('floor.ts'), 'immediate'], {}, /(\d+)/),
    holdfast: await serveHoldfast(services),
  };
  children.push(...Object.values(servers).map(({ child }) => child));
  say(
    `${body.length} bytes an order, ${rounds} rounds of ${roundMs / 1_000} s, Node ${process.version}, ${cpus().length} cores${pinned ? ', server on its own core' : ''}\n`,
  );
  for (const { port } of Object.values(servers))
    await load({ host: '127.0.0.1', port, request: placeOrder }, 64, WARM_UP_MS);

  const place: Record<string, Record<string, { rate: number; p50: number; p99: number }>> = {};
  for (const connections of connectionCounts) {
    const results: Record<string, Result[]> = {};
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, { port }] of Object.entries(servers)) {
        const result = await load({ host: '127.0.0.1', port, request: placeOrder }, connections, roundMs);
        if (Object.keys(result.statuses).join() !== '201')
          throw new Error(`${name}: statuses ${JSON.stringify(result.statuses)}`);
        (results[name] ??= []).push(result);
      }
    }
    place[connections] = Object.fromEntries(
      Object.entries(results).map(([name, list]) => [
        name,
        {
          rate: median(list.map((r) => r.rate)),
          p50: median(list.map((r) => r.p50)),
          p99: median(list.map((r) => r.p99)),
        },
      ]),
    );
    const floor = Math.max(
      ...Object.entries(place[connections])
        .filter(([name]) => name !== 'holdfast')
        .map(([, r]) => r.rate),
    );
    say(`${connections} connection${connections === 1 ? '' : 's'}`);
    for (const [name, { rate, p50, p99 }] of Object.entries(place[connections])) {
      say(
        `  ${name.padEnd(24)} ${rate.toFixed(0).padStart(6)}/s   p50 ${p50.toFixed(2).padStart(6)} ms   p99 ${p99.toFixed(2).padStart(7)} ms` +
          (name === 'holdfast' ? `   ${(rate / floor).toFixed(2)} of the faster floor` : ''),
      );
    }
  }
  report['place'] = place;
  for (const child of children) child.kill('SIGTERM');

  const { benchAppend, benchBareInsert } = await import('./append.ts');
  const insert = await benchBareInsert(services.databaseUrl);
  const one = place['1']?.['holdfast'];
  report['bare_insert_p50_ms'] = insert;
  say(
    `\nbare insert, one caller: p50 ${insert.toFixed(2)} ms${one ? `; an order over one connection takes ${(one.p50 - insert).toFixed(2)} ms longer` : ''}`,
  );

  const append = await benchAppend(services.databaseUrl, rounds);
  report['append'] = append;
  say('\nevents/s, 64 callers in one process');
  for (const [name, rate] of Object.entries(append))
    say(`  ${name.padEnd(24)} ${rate.toFixed(0).padStart(6)}/s`);
  say(`  ${((append['holdfast'] ?? 0) / (append['emmett'] ?? 1)).toFixed(1)} times Emmett`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  for (const child of children) child.kill('SIGTERM');
  await services.stop();
}
