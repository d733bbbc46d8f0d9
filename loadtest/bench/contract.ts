/**
 * npm run bench:contract: microseconds to validate one order, with the validator compiled from the
 * spec and with express-openapi-validator.
 */
import { judgeOf } from '../../api/contract/judge.ts';
import { loadSpec } from '../../api/contract/spec.ts';
import { compileValidators } from '../../api/contract/validator.ts';
import { median } from '../kit/open-loop.ts';
import { order } from '../kit/order-request.ts';

const spec = loadSpec('v1');
const judge = judgeOf(spec);
const operation = spec.operations.find(({ id }) => id === 'placeOrder')!;
const { validate } = compileValidators(spec).get('placeOrder')!;
const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
const ROUNDS_COUNT = 7;
const WARM_UP_ROUNDS_COUNT = 2;
const CALLS_COUNT = 5_000;

/** The median time of a call in µs. */
async function callUs(act: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS_COUNT; round += 1) {
    const started = performance.now();
    for (let n = 0; n < CALLS_COUNT; n += 1) await act();
    times.push(((performance.now() - started) / CALLS_COUNT) * 1_000);
  }
  return median(times.slice(WARM_UP_ROUNDS_COUNT));
}

const compiled = await callUs(() => validate({ params: {}, query: {}, headers, body: order }));
const judged = await callUs(() =>
  judge.request(operation, { method: 'POST', url: '/v1/orders', headers, query: {}, body: order }),
);
process.stdout.write(
  `validator compiled from spec  ${compiled.toFixed(1)} µs\nexpress-openapi-validator     ${judged.toFixed(1)} µs\n`,
);
