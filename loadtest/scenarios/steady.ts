/** Scenario: well-behaved clients place orders at a steady rate. */
import { quantile } from '../kit/open-loop.ts';
import { type Phase, type Scenario, atRate, checkLog, phase, placePolitely } from '../kit/scenario.ts';

export const steady: Scenario = async (run) => {
  const { recorder, options } = run;
  const phases: Phase[] = [];
  await phase(run, phases, 'warm-up', () =>
    atRate(
      run,
      { rate: options.rate, seconds: 4 },
      async (...args) => void (await placePolitely(run, ...args)),
    ),
  );
  const { from, to } = await phase(run, phases, `steady, ${options.rate} orders a second`, () =>
    atRate(run, options, async (...args) => void (await placePolitely(run, ...args))),
  );
  const latencies = recorder.latencies(from + 1, to);
  const log = await checkLog(run);
  return {
    phases,
    figures: {
      'orders/s': Math.round(recorder.count('placed', from, to) / (to - from)),
      'p50, ms': Math.round(quantile(latencies, 0.5) * 10) / 10,
      'p99, ms': Math.round(quantile(latencies, 0.99) * 10) / 10,
      'p99.9, ms': Math.round(quantile(latencies, 0.999) * 10) / 10,
      ...log.figures,
    },
    verdicts: log.verdicts,
  };
};
