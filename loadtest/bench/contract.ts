/** npm run bench:contract: microseconds to validate one order, by the validator compiled from the spec and by express-openapi-validator. */
import { judgeOf } from '../../api/contract/judge.ts';
import { loadSpec } from '../../api/contract/spec.ts';
import { compileValidators } from '../../api/contract/validator.ts';
import { order } from '../kit/order-request.ts';

const spec = loadSpec('v1');
const judge = judgeOf(spec);
const operation = spec.operations.find(({ id }) => id === 'placeOrder')!;
const { validate } = compileValidators(spec).get('placeOrder')!;
const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
async function microseconds(act: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const started = performance.now();
    for (let n = 0; n < 5_000; n += 1) await act();
    times.push(((performance.now() - started) / 5_000) * 1_000);
  }
  return times.slice(2).toSorted((a, b) => a - b)[2] ?? Number.NaN; // the first two rounds warm up
}

const compiled = await microseconds(() => validate({ params: {}, query: {}, headers, body: order }));
const judged = await microseconds(() =>
  judge.request(operation, { method: 'POST', url: '/v1/orders', headers, query: {}, body: order }),
);
process.stdout.write(
  `compiled from the spec      ${compiled.toFixed(1)} µs\nexpress-openapi-validator   ${judged.toFixed(1)} µs\n`,
);
