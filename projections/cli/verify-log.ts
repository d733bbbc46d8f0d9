/** `npx holdfast log verify`: proves that nobody changed the log, or shows where. */
import { availableParallelism } from 'node:os';
import { text as textOf } from 'node:stream/consumers';
import type { DatabasePool } from 'slonik';
import {
  type CliCommand,
  type CommandGroup,
  type CliOutput,
  CommandError,
} from '../../command-line/command.ts';
import { openInput } from '../../command-line/input.ts';
import { loadConfig } from '../../platform/config.ts';
import {
  type Checkpoint,
  CheckpointError,
  openCheckpoint,
  splitCheckpoints,
} from '../../store/integrity/checkpoint.ts';
import type { Finding } from '../../store/integrity/verify/finding.ts';
import { installationKey } from '../../store/integrity/installation-key.ts';
import { type VerifiedPartition, verifyLog } from '../../store/integrity/verify/verify-log.ts';
import { createKeyring } from '../../store/secrets/keyring.ts';
import { projectionFindings } from '../rebuild/projection-findings.ts';
import { LeaseLostError, RebuildHeldError } from '../rebuild/lease.ts';
import { PROJECTIONS } from '../registry.ts';

/** More threads wait for Postgres. */
const THREADS_MAX = 4;
/** Findings that the message lists. */
const LISTED_FINDINGS_MAX = 50;

const verify: CliCommand = {
  summary:
    'Read the whole log, and prove that no event was changed, removed or added. Exits with 1 otherwise.',
  options: {
    from: { placeholder: 'FILE', help: 'checkpoints that log checkpoint wrote earlier; - is standard input' },
    key: { placeholder: 'KEY', help: 'verifier key of the checkpoints; default: that of this installation' },
    'log-only': { help: 'do not compare the read tables with the log' },
  },
  async run({ values, flags }, { database, secretsKeys }) {
    const input = values['from'] === undefined ? undefined : openInput(values['from']);
    const pool = await database();
    try {
      const key = values['key'] ?? (await installationKey(pool, createKeyring(secretsKeys()))).verifierKey;
      const checkpoints =
        input === undefined
          ? []
          : splitCheckpoints(await textOf(input.read())).map((each) => openCheckpoint(each, key));
      if (input !== undefined && checkpoints.length === 0)
        throw new CheckpointError('The file has no checkpoint.');
      const startedAt = performance.now();
      const verification = await verifyLog(pool, {
        checkpoints,
        threads: Math.min(THREADS_MAX, availableParallelism()),
      });
      const seconds = (performance.now() - startedAt) / 1_000;
      const findings = [
        ...verification.findings,
        ...(flags.has('log-only') ? [] : await compareTables(pool)),
      ];
      return reportOf({ partitions: verification.partitions, findings, checkpoints, seconds });
    } catch (error) {
      if (error instanceof CheckpointError) throw new CommandError(error.message, { cause: error });
      throw error;
    }
  },
};

async function compareTables(pool: DatabasePool): Promise<Finding[]> {
  const options = { databaseBytesMax: loadConfig().databaseBytesMax, onProgress: () => {} };
  const findings: Finding[] = [];
  try {
    for (const projection of PROJECTIONS)
      findings.push(...(await projectionFindings(pool, projection, options)));
  } catch (error) {
    if (error instanceof RebuildHeldError || error instanceof LeaseLostError)
      throw new CommandError(
        `A rebuild runs (${error.message}), so that the read tables cannot be compared. Wait for it, or use --log-only.`,
        { cause: error },
      );
    throw error;
  }
  return findings;
}

interface Outcome {
  partitions: readonly VerifiedPartition[];
  findings: readonly Finding[];
  checkpoints: readonly Checkpoint[];
  seconds: number;
}

/** @throws {CommandError} the log has findings, or a part that nothing proves */
function reportOf({ partitions, findings, checkpoints, seconds }: Outcome): CliOutput {
  if (findings.length > 0) throw new CommandError(findingsText(findings));
  const unproven = partitions.filter((each) => each.unproven > 0);
  if (unproven.length > 0) throw new CommandError(unprovenText(unproven));
  const events = partitions.reduce((sum, each) => sum + each.events, 0);
  const rate = Math.round(events / seconds);
  const data = {
    events,
    seconds: Number(seconds.toFixed(3)),
    events_per_second: rate,
    partitions,
    checkpoints: checkpoints.map(({ partition, size, position, time }) => ({
      partition,
      size,
      position,
      time,
    })),
  };
  const lines = partitions
    .filter((each) => each.events > 0)
    .map((each) =>
      lineOf(
        each,
        checkpoints.find(({ partition }) => partition === each.partition),
      ),
    );
  return {
    data,
    text: [`The log is as it was appended: ${events} events, ${rate} a second.`, ...lines].join('\n'),
  };
}

function lineOf(
  { partition, events, position, tree_size, rewrites, unknown, sealed, covered }: VerifiedPartition,
  checkpoint: Checkpoint | undefined,
): string {
  return [
    `  partition ${partition}: ${events} events up to position ${position}, ${tree_size} in the tree`,
    ...(rewrites > 0 ? [`${rewrites} rewrites on record`] : []),
    ...(covered > 0 ? [`${covered} of them with the fingerprints that the checkpoint covers`] : []),
    ...(sealed > 0 ? [`${sealed} with sealed members, whose fingerprints only their keys could check`] : []),
    ...(unknown > 0 ? [`${unknown} of a newer release, whose fingerprints were not checked`] : []),
    checkpoint === undefined ? 'no checkpoint given' : `as the checkpoint of ${checkpoint.time} says`,
  ].join(', ');
}

function findingsText(findings: readonly Finding[]): string {
  const more = findings.length - LISTED_FINDINGS_MAX;
  return [
    `The log is not as it was appended: ${findings.length} findings.`,
    ...findings
      .slice(0, LISTED_FINDINGS_MAX)
      .map(
        ({ kind, partition, position, detail }) =>
          `  partition ${partition}, position ${position}: ${kind}: ${detail}`,
      ),
    ...(more > 0 ? [`  and ${more} more`] : []),
    'Keep the database as it is. docs/integrity.md says what each finding means.',
  ].join('\n');
}

const unprovenText = (partitions: readonly VerifiedPartition[]): string =>
  [
    'Not verified: events of an earlier release have no links, and no tree covers them yet.',
    ...partitions.map(({ partition, unproven }) => `  partition ${partition}: ${unproven} events`),
    'Everything else is as it was appended. Run npx holdfast log checkpoint, keep what it writes, and verify again.',
  ].join('\n');

/** `npx holdfast log verify`, which also compares the read tables. */
export const verification: CommandGroup = { verify };
