/** A mutant: one defect of a kind that a careless change could bring, as replacements of text. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultName } from '../faults/catalogue.ts';
import type { ReplicaMode } from '../faults/standby/replication.ts';

export interface Mutant {
  name: string;
  /** What it breaks, for the table. */
  what: string;
  edits: readonly { file: string; from: string; to: string }[];
  /** The faults that bring it to light; none when traffic alone does. */
  faults: readonly FaultName[];
  /** Of the installation; `none`, or synchronous, as its faults need it. */
  replica?: ReplicaMode;
}

/**
 * Applies a mutant to a copy of the tree.
 *
 * @throws {Error} the source does not have a text exactly once: the mutant must be written again
 */
export async function applyMutant({ name, edits }: Mutant, tree: string): Promise<void> {
  for (const { file, from, to } of edits) {
    const path = join(tree, file);
    const source = await readFile(path, 'utf8');
    const count = source.split(from).length - 1;
    if (count !== 1) throw new Error(`mutant ${name}: ${file} has ${count} times: ${from}`);
    await writeFile(
      path,
      source.replace(from, () => to),
    );
  }
}
