/** `npx holdfast completion`: prints the completion script of a shell. */
import type { CliCommand } from '../command.ts';
import type { Commands } from '../tree.ts';
import { bashScript } from './bash.ts';
import { completedOf } from './completed.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** @param commands the whole tree */
export const completionCommand = (commands: () => Commands): CliCommand => ({
  summary:
    'Print the completion of a shell. Bash, zsh: eval "$(npx holdfast completion SHELL)". ' +
    'Fish: npx holdfast completion fish | source.',
  positionals: ['SHELL'],
  choices: { SHELL: Object.keys(SCRIPTS) },
  async run({ positionals: [shell] }) {
    const script = SCRIPTS[shell as keyof typeof SCRIPTS](await completedOf(commands()));
    return { data: { shell, script }, text: script };
  },
});
