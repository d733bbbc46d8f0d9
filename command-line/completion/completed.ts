/** What a shell completes after each command: its words, as data for the scripts. */
import type { CliCommand } from '../command.ts';
import { OPTIONS_OF_TARGET } from '../help.ts';
import { type Commands, type Found, isSingle, loadGroup } from '../tree.ts';

export interface Word {
  text: string;
  help: string;
}

export interface CompletedOption extends Word {
  /** Whether a value follows. */
  hasValue: boolean;
}

/** A command with its options, and the values of its first argument, if they are few. */
export interface CompletedCommand extends Word {
  options: readonly CompletedOption[];
  values: readonly string[];
}

export interface CompletedGroup extends Word {
  commands: readonly CompletedCommand[];
}

export type Completed = CompletedCommand | CompletedGroup;

export const isGroup = (each: Completed): each is CompletedGroup => 'commands' in each;

/** Loads every command. */
export const completedOf = (commands: Commands): Promise<Completed[]> =>
  Promise.all(
    Object.entries(commands).map(async ([name, entry]): Promise<Completed> => {
      if (isSingle(entry)) {
        const { target, summary, load } = entry;
        return completedCommand({ path: name, target, command: await load() }, summary);
      }
      const found = await loadGroup(entry, name);
      return { text: name, help: entry.summary, commands: found.map((each) => completedCommand(each)) };
    }),
  );

function completedCommand({ path, target, command }: Found, help = firstSentence(command)): CompletedCommand {
  return {
    text: path.split(' ').at(-1)!,
    help,
    options: Object.entries({ ...command.options, ...OPTIONS_OF_TARGET[target] })
      .map(([name, { help, placeholder }]) => option(name, help, placeholder !== undefined))
      .concat(option('json', 'print JSON', false), option('help', 'print the help', false)),
    values: Object.values(command.choices ?? {})[0] ?? [],
  };
}

const option = (name: string, help: string, hasValue: boolean): CompletedOption => ({
  text: `--${name}`,
  help,
  hasValue,
});

const firstSentence = ({ summary }: CliCommand): string => summary.split(/[.:;](?: |$)/, 1)[0] ?? '';

/** Quotes a text for bash and zsh. */
export const quotedForShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
