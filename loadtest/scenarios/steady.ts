/** Orders at a steady rate, by good clients. */
import { quantile } from '../kit/open-loop.ts';
import { type Phase, type Scenario, askTheLog, atRate, phase, placePolitely } from '../kit/scenario.ts';

export const steady: Scenario = async (run) => {
  const { recorder, options } = run;
  const phases: Phase[] = [];
  await phase(run, phases, 'warm-up', () =>
    atRate(
      run,
      { rate: options.rate, seconds: 4 },
      async (...with_) => void (await placePolitely(run, ...with_)),
    ),
  );
  const { from, to } = await phase(run, phases, `steady, ${options.rate} orders a second`, () =>
    atRate(run, options, async (...with_) => void (await placePolitely(run, ...with_))),
  );
  const latencies = recorder.latencies(from + 1, to);
  const log = await askTheLog(run);
  return {
    phases,
    figures: {
      'orders a second': Math.round(recorder.count('placed', from, to) / (to - from)),
      'p50, ms': Math.round(quantile(latencies, 0.5) * 10) / 10,
      'p99, ms': Math.round(quantile(latencies, 0.99) * 10) / 10,
      'p99.9, ms': Math.round(quantile(latencies, 0.999) * 10) / 10,
      ...log.figures,
    },
    verdicts: log.verdicts,
  };
};
