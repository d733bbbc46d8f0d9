/** The completion scripts, run by their shells; zsh and fish only where they are installed. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { completionCommand } from '../../command-line/completion/completion.ts';
import { createCommands } from '../../process/cli/commands.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-completion-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that prints the candidates of a command line, one a line. */
const PROGRAMS: Record<string, (script: string, words: string[]) => string> = {
  bash: (script, words) =>
    `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
     _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (script, words) =>
    `compdef() { }; _files() { }; _default() { }
     _describe() { local each; for each in "\${(@P)2}"; do [[ $each == $PREFIX* ]] && print -r -- "\${each%%:*}"; done }
     words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=$#words; PREFIX=$words[-1]
     source ${script}; _holdfast; true`,
  fish: (script, words) =>
    `source ${script}; complete -C '${words.join(' ')}' | string replace -r '\\t.*' ''; true`,
};

const isInstalled = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

async function complete(shell: string, ...words: string[]): Promise<string[]> {
  const never = () => Promise.reject(new Error('it migrated'));
  const { run } = completionCommand(() => createCommands({ migrate: never, inspect: never }));
  const output = await run({ positionals: [shell], values: {}, flags: new Set() }, undefined as never);
  const script = join(folder, shell);
  await writeFile(script, `${output!.text}\n`);
  const noSettings = { bash: '--norc', zsh: '-f', fish: '--no-config' }[shell]!;
  const { stdout } = await promisify(execFile)(shell, [noSettings, '-c', PROGRAMS[shell]!(script, words)], {
    cwd: folder,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

describe.each(Object.keys(PROGRAMS))('%s completes', (shell) => {
  (isInstalled(shell) ? test : test.skip).each([
    [['holdfast', 'ke'], ['keys']],
    [
      ['holdfast', 'keys', ''],
      ['create', 'limit', 'list', 'revoke', 'rotate'],
    ],
    [
      ['holdfast', 'keys', 'create', '--te'],
      ['--tenant', '--test'],
    ],
    [['npx', 'holdfast', 'orders', 'li'], ['list']],
    [['npx', 'holdfast', 'log', 'import', '--te'], ['--tenant-map']],
    [
      ['holdfast', 'trigger', 'Order'],
      ['OrderCancelled', 'OrderCompleted', 'OrderEdited', 'OrderPlaced', 'OrderUpdated'],
    ],
    [['holdfast', 'orders', 'list', '--con'], ['--context']],
    [['npx', 'other', 'ke'], []],
  ])('%j', async (words, candidates) => {
    expect((await complete(shell, ...words)).toSorted()).toEqual(candidates);
  });
});
