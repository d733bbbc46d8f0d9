/**
 * npm run fuzz -- [--requests 10000] [--seed N] [--quick] [--disturbed] [--odd-database]
 *                 [--kinds KIND[,KIND…]] [--only INDEX [--times 1]] [--heap 512] [--main PROGRAM]
 *                 [--url URL --database URL [--grpc HOST:PORT]]
 *
 * Sends valid and invalid requests over REST, gRPC and raw sockets. Compares each response with the
 * contract and with the log. Starts a server, or uses a running one. Exit code 1: a response was
 * wrong. See docs/fuzz.md.
 */
import { parseArgs } from 'node:util';
import { ofKinds, oneAndBefore, untilRequests } from './fuzz/make/choose.ts';
import { failureLines, summary } from './fuzz/report.ts';
import { runSession } from './fuzz/session.ts';
import { startTarget, targetAt } from './fuzz/send/target.ts';
import { transcriptOf } from './fuzz/transcript.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    quick: { type: 'boolean', default: false },
    disturbed: { type: 'boolean', default: false },
    'odd-database': { type: 'boolean', default: false },
    kinds: { type: 'string' },
    only: { type: 'string' },
    times: { type: 'string', default: '1' },
    heap: { type: 'string', default: '512' },
    main: { type: 'string' },
    url: { type: 'string' },
    database: { type: 'string' },
    grpc: { type: 'string' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const isWholeNumber = (text: string | undefined) => text === undefined || /^\d{1,9}$/.test(text);
if (
  ![values.requests, values.seed, values.only, values.times, values.heap].every(isWholeNumber) ||
  (values.url === undefined) !== (values.database === undefined)
) {
  process.stderr.write(
    `Usage: npm run fuzz -- [--requests 10000] [--seed N] [--quick] [--disturbed] [--odd-database]
                       [--kinds KIND[,KIND…]] [--only INDEX [--times 1]] [--heap MB] [--main PROGRAM]
                       [--url URL --database URL [--grpc HOST:PORT]]\n`,
  );
  process.exit(2);
}
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
const requests = Number(values.requests);
const only = values.only === undefined ? undefined : Number(values.only);

say(`seed ${seed}`);
let failed = false;
for (let time = 0; time < Number(values.times); time += 1) {
  const target =
    values.url && values.database
      ? await targetAt(values.url, values.database, values.grpc)
      : await startTarget({
          heapMb: Number(values.heap),
          isOdd: values['odd-database'],
          ...(values.main && { main: values.main }),
        });
  try {
    const outcome = await runSession({
      target,
      seed,
      disturbed: values.disturbed,
      choose(plan) {
        if (only !== undefined) return oneAndBefore(plan, only);
        if (values.kinds !== undefined) return ofKinds(plan, values.kinds.split(','), requests);
        return untilRequests(plan, requests, values.quick);
      },
      onProgress: ({ seconds, requests, found }) =>
        say(`${String(seconds).padStart(5)} s  ${requests} requests, ${found} failures`),
    });
    if (only !== undefined) say(transcriptOf(outcome.plan(only), outcome.lessons).join('\n'));
    for (const line of [...failureLines(outcome), ...summary(outcome)]) say(line);
    failed ||= outcome.failures.groups().length > 0;
  } finally {
    await target.stop();
  }
}
process.exitCode = failed ? 1 : 0;
