/** Checks the order of a log's lines, by position and time in each partition, and their number. */
import { epochOf } from '../log/epochs.ts';
import { LogFileError, type LogHeader, type LogLine } from './log-file.ts';

export interface LineOrder {
  /** @throws {LogFileError} the line does not follow the line before it in its partition */
  check: (line: LogLine, number: number) => void;
  /** @throws {LogFileError} the file is not complete */
  checkCounts: (header: LogHeader) => void;
  /** The last line of each partition. */
  heads: () => Iterable<LogLine>;
  /**
   * The number of a line.
   *
   * @param rank of its event in the partition, from 1
   */
  lineOf: (partition: number, rank: number) => number | undefined;
}

/** @param latest RFC 3339; later events are refused */
export function createLineOrder(latest: string): LineOrder {
  const heads = new Map<number, LogLine>();
  const counts = new Map<number, number>();
  /** Runs of successive lines of one partition; most files have one run for each. */
  const runs: { partition: number; rank: number; line: number; count: number }[] = [];

  return {
    check(line, number) {
      const before = heads.get(line.partition);
      if (before !== undefined && line.position <= before.position) {
        throw new LogFileError(
          `Line ${number}: position: must be greater than ${before.position}, the position before it.`,
        );
      }
      // A clock that was set back starts an epoch.
      const isSameEpoch = before !== undefined && epochOf(line.position) === epochOf(before.position);
      if (isSameEpoch && line.recorded_at < before.recorded_at) {
        throw new LogFileError(
          `Line ${number}: recorded_at: must not be earlier than the time of the event before it.`,
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
          ({ partition, events: expected, last_position }) =>
            counts.get(partition) === expected && heads.get(partition)?.position === last_position,
        );
      if (isWhole) return;
      throw new LogFileError(
        `The header announces ${header.events} events. The file has ${events}, or other ones: it is not complete.`,
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
 * Refuses a time in the future: each new order would be placed before the imported ones.
 *
 * @throws {LogFileError}
 */
export function checkTime(given: string, latest: string, where: string): void {
  if (given <= latest) return;
  throw new LogFileError(
    `${where}: ${given} is in the future. The clock of this Postgres shows about ${latest.slice(0, 19)}Z.`,
  );
}
