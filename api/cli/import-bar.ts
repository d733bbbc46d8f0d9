/** The progress bar of an import, on standard error: drawn on a terminal, else a line every five seconds. */
import { SingleBar } from 'cli-progress';

/** How often it is drawn, in ms. */
const DRAW = 200;

/**
 * @param begin lines that were done before
 * @param answered lines that are done now
 * @returns draws it for the last time
 */
export function drawBar(lines: number, begin: number, answered: () => number): () => void {
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {value} of {total} lines{pace}',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
    hideCursor: true,
    barsize: 24,
  });
  const since = performance.now();
  const draw = () => {
    const done = answered();
    const rate = ((done - begin) / (performance.now() - since)) * 1_000;
    const left = Math.ceil((lines - done) / rate);
    bar.update(done, { pace: rate === 0 ? '' : `  ${Math.round(rate)}/s  ${left} s left` });
  };
  bar.start(lines, begin, { pace: '' });
  const drawing = setInterval(draw, DRAW);
  return () => {
    clearInterval(drawing);
    draw();
    bar.stop();
  };
}
