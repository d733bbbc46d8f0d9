/**
 * The floor of webhook delivery: BullMQ alone, `addBulk` of 100 jobs at a time, then a worker
 * without work. Prints jobs a second.
 */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const [url = '', count = '20000'] = process.argv.slice(2);
const jobs = Number(count);
const connection = new Redis(url, { maxRetriesPerRequest: null });
const queue = new Queue('floor', { connection, defaultJobOptions: { removeOnComplete: true } });
await queue.obliterate({ force: true });

const began = performance.now();
for (let n = 0; n < jobs; n += 100)
  await queue.addBulk(Array.from({ length: 100 }, (_, m) => ({ name: 'event', data: { n: n + m } })));
const added = performance.now();
const done = Promise.withResolvers<void>();
let remaining = jobs;
const worker = new Worker(
  'floor',
  async () => {
    remaining -= 1;
    if (remaining === 0) done.resolve();
  },
  { connection, concurrency: 100 },
);
await done.promise;
const drained = performance.now();
const rate = (ms: number) => (jobs * 1_000) / ms;
process.stdout.write(`${JSON.stringify({ add: rate(added - began), drain: rate(drained - added) })}\n`);
await worker.close();
await queue.close();
connection.disconnect();
