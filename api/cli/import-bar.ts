/**
 * What an import says on standard error: a bar on a terminal, else a line every five seconds; and
 * when it waits.
 */
import { SingleBar } from 'cli-progress';
import type { Forecast } from './import-forecast.ts';

const DRAW_MS = 200;
/** Waits that are shorter are not worth a word. */
const WAIT_MS = 1_000;
/** Without an answer for so long, others, or a run before, have used the quota. */
const SILENCE_MS = 3_000;

export interface BarOptions {
  /** Lines of the file; `undefined` of a pipe, which nobody can tell. */
  lines: number | undefined;
  /** Lines that were done before. */
  begin: number;
  /** Lines that are done now. */
  answered: () => number;
  /** Lines that wait for their answer. */
  pending: () => number;
  forecast: Forecast;
}

export interface Bar {
  /** Writes a line of its own. */
  say: (text: string) => void;
  /** Draws it for the last time. */
  end: () => void;
}

/** `58 s`, `8 min`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function drawBar({ lines, begin, answered, pending, forecast }: BarOptions): Bar {
  const bar = new SingleBar({
    format:
      lines === undefined ? '{value} lines{pace}' : '{bar} {percentage}%  {value} of {total} lines{pace}',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
    hideCursor: true,
    barsize: 24,
  });
  let hasSaid = false;
  const say = (text: string) => process.stderr.write(`\n${text}\n`);

  const draw = (mayComment = true) => {
    const done = answered();
    const isPending = pending() > 0;
    const wait = isPending ? forecast.wait() : 0;
    const isSilent = isPending && wait === 0 && forecast.silence() > SILENCE_MS;
    const isWaiting = wait > WAIT_MS || (isSilent && forecast.quota() !== undefined);
    const left = lines === undefined ? undefined : forecast.left(lines - done, isSilent);
    if (mayComment && isWaiting && !hasSaid) {
      say(waitText(forecast, isSilent ? undefined : wait, left));
      hasSaid = true;
    }
    const pace = forecast.pace();
    const parts = [
      isWaiting
        ? `waits${isSilent ? '' : ` ${duration(wait)}`} for its quota`
        : pace === undefined
          ? ''
          : `${Math.round(pace)}/s`,
      left === undefined ? '' : `${duration(left)} left`,
    ];
    bar.update(done, { pace: parts.map((part) => (part === '' ? '' : `  ${part}`)).join('') });
  };
  bar.start(lines ?? 0, begin, { pace: '' });
  const drawing = setInterval(() => draw(), DRAW_MS);
  return {
    say,
    end() {
      clearInterval(drawing);
      draw(false);
      bar.stop();
    },
  };
}

/** @param wait `undefined` when others used the quota up */
function waitText(forecast: Forecast, wait: number | undefined, left: number | undefined): string {
  const rest = left === undefined ? '' : ` All lines are done in about ${duration(left)}.`;
  const quota = forecast.quota();
  const window = duration(quota?.ms ?? 0);
  const when = wait === undefined ? `within ${window}, unless others go on using it` : `in ${duration(wait)}`;
  return (
    `The quota of this API key is used up: ${quota?.count} orders in ${window}. ` +
    `The import goes on ${when}.${rest} A higher quota: HOLDFAST_RATE_LIMIT_WRITE of the server.`
  );
}
