/**
 * The order of a log's lines: by position and time in each partition, and as many as the header
 * promises.
 */
import { LogFileError, type LogHeader, type LogLine } from './log-file.ts';

export interface LineOrder {
  /** @throws {LogFileError} the line does not come after the one before it */
  check: (line: LogLine, number: number) => void;
  /** @throws {LogFileError} a file that was cut off must not pass for a whole one */
  checkCounts: (header: LogHeader) => void;
  /** The last line of each partition. */
  heads: () => Iterable<LogLine>;
  /**
   * The number of a line.
   *
   * @param rank of its event in the partition, from 1 on
   */
  lineOf: (partition: number, rank: number) => number | undefined;
}

/** @param latest RFC 3339; later events have not happened yet */
export function createLineOrder(latest: string): LineOrder {
  const heads = new Map<number, LogLine>();
  const counts = new Map<number, number>();
  /** Lines that follow each other, of one partition: most files have one for each. */
  const runs: { partition: number; rank: number; line: number; count: number }[] = [];

  return {
    check(line, number) {
      const before = heads.get(line.partition);
      if (before !== undefined && line.position <= before.position) {
        throw new LogFileError(
          `Line ${number}: position: must be beyond ${before.position}, the one before it.`,
        );
      }
      if (before !== undefined && line.recorded_at < before.recorded_at) {
        throw new LogFileError(
          `Line ${number}: recorded_at: must not be earlier than that of the event before it.`,
        );
      }
      checkTime(line.recorded_at, latest, `Line ${number}: recorded_at`);
      heads.set(line.partition, line);
      const rank = (counts.get(line.partition) ?? 0) + 1;
      counts.set(line.partition, rank);
      const run = runs.at(-1);
      if (run?.partition === line.partition && run.line + run.count === number) run.count += 1;
      else runs.push({ partition: line.partition, rank, line: number, count: 1 });
    },
    checkCounts(header) {
      const events = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const isWhole =
        events === header.events &&
        counts.size === header.partitions.length &&
        header.partitions.every(
          ({ partition, events: promised, last_position }) =>
            counts.get(partition) === promised && heads.get(partition)?.position === last_position,
        );
      if (isWhole) return;
      throw new LogFileError(
        `The header promises ${header.events} events, and ${events} came, or not those it promises. Is the file whole?`,
      );
    },
    heads: () => heads.values(),
    lineOf(partition, rank) {
      const run = runs.find(
        (each) => each.partition === partition && rank >= each.rank && rank < each.rank + each.count,
      );
      return run && run.line + rank - run.rank;
    },
  };
}

/**
 * A log's clock never runs backwards: after an event of 2030, every order would be placed in 2030.
 *
 * @throws {LogFileError}
 */
export function checkTime(given: string, latest: string, where: string): void {
  if (given <= latest) return;
  throw new LogFileError(
    `${where}: ${given} is in the future. By the clock of this Postgres it is about ${latest.slice(0, 19)}Z.`,
  );
}
