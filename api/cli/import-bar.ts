/** Shows the progress of an import on standard error: a bar, or a line every 5 seconds. */
import { SingleBar } from 'cli-progress';
import type { Forecast } from './import-forecast.ts';

const DRAW_INTERVAL_MS = 200;
const LINE_INTERVAL_MS = 5_000;
/** The bar does not mention a shorter wait. */
const WAIT_MS_MIN = 1_000;
/** After this time without an answer, another client or an earlier run has used the quota. */
const SILENCE_MS_MAX = 3_000;

export interface BarOptions {
  /** Lines of the file; `undefined` for a pipe. */
  lines: number | undefined;
  /** Lines that an earlier run completed. */
  begin: number;
  /** Lines that are complete. */
  answered: () => number;
  /** Lines that wait for their answer. */
  pending: () => number;
  forecast: Forecast;
  /** Whether the caller explains waits; by default the bar does. */
  isExplained?: boolean;
}

export interface Bar {
  /** Writes a line beside the bar. */
  say: (text: string) => void;
  /** Draws the last state. */
  end: () => void;
}

/** `58 s`, `8 min`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function drawBar({ lines, begin, answered, pending, forecast, isExplained = false }: BarOptions): Bar {
  const bar = new SingleBar({
    format:
      lines === undefined ? '{value} lines{pace}' : '{bar} {percentage}%  {value} of {total} lines{pace}',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: LINE_INTERVAL_MS,
    hideCursor: true,
    barsize: 24,
  });
  let hasExplained = isExplained;
  const say = (text: string) => process.stderr.write(`\n${text}\n`);

  const draw = (mayExplain = true) => {
    const done = answered();
    const isPending = pending() > 0;
    const waitMs = isPending ? forecast.waitMs() : 0;
    const isSilent = isPending && waitMs === 0 && forecast.silenceMs() > SILENCE_MS_MAX;
    const isWaiting = waitMs > WAIT_MS_MIN || (isSilent && forecast.quota() !== undefined);
    const remainingMs = lines === undefined ? undefined : forecast.remainingMs(lines - done, isSilent);
    if (mayExplain && isWaiting && !hasExplained) {
      say(waitText(forecast, isSilent ? undefined : waitMs, remainingMs));
      hasExplained = true;
    }
    const pace = forecast.pace();
    const parts = [
      isWaiting
        ? `waits${isSilent ? '' : ` ${duration(waitMs)}`} for its quota`
        : pace === undefined
          ? ''
          : `${Math.round(pace)}/s`,
      remainingMs === undefined ? '' : `${duration(remainingMs)} left`,
    ];
    bar.update(done, { pace: parts.map((part) => (part === '' ? '' : `  ${part}`)).join('') });
  };
  bar.start(lines ?? 0, begin, { pace: '' });
  const timer = setInterval(() => draw(), DRAW_INTERVAL_MS);
  return {
    say,
    end() {
      clearInterval(timer);
      draw(false);
      bar.stop();
    },
  };
}

/** @param waitMs `undefined` if another client used the quota */
function waitText(forecast: Forecast, waitMs: number | undefined, remainingMs: number | undefined): string {
  const rest = remainingMs === undefined ? '' : ` All lines are done in about ${duration(remainingMs)}.`;
  const quota = forecast.quota();
  const period = duration(quota?.ms ?? 0);
  const when =
    waitMs === undefined ? `within ${period}, unless other clients use the quota` : `in ${duration(waitMs)}`;
  return (
    `The quota of this API key is used up: ${quota?.count} orders in ${period}. ` +
    `The import continues ${when}.${rest} To raise the quota: npx holdfast keys limit KEY_ID --write COUNT/SECONDS`
  );
}
