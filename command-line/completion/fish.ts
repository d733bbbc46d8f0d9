/** Completion for fish. */
import { type Completed, type CompletedCommand, isGroup } from './completed.ts';

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;

/** @param path words of the command after the program */
function linesOf(path: string, { options, values }: CompletedCommand): string[] {
  const begins = `-n ${quoted(`__holdfast_begins ${path}`)}`;
  return [
    ...options.map(
      ({ text, help, hasValue }) =>
        `complete -c $program ${begins} -l ${text.slice(2)}${hasValue ? ' -r' : ''} -d ${quoted(help)}`,
    ),
    ...(values.length === 0
      ? []
      : [`complete -c $program -f -n ${quoted(`__holdfast_is ${path}`)} -a ${quoted(values.join(' '))}`]),
  ];
}

function branchOf(each: Completed): string[] {
  const own = `complete -c $program -f -n '__holdfast_is' -a ${each.text} -d ${quoted(each.help)}`;
  if (!isGroup(each)) return [own, ...linesOf(each.text, each)];
  return [
    own,
    ...each.commands.flatMap((command) => [
      `complete -c $program -f -n ${quoted(`__holdfast_is ${each.text}`)} -a ${command.text} -d ${quoted(command.help)}`,
      ...linesOf(`${each.text} ${command.text}`, command),
    ]),
  ];
}

export const fishScript = (commands: readonly Completed[]): string => `# npx holdfast completion fish | source
function __holdfast_words
  set -l words (commandline -opc)
  if test "$words[1]" = npx
    test "$words[2]" = holdfast; or return 1
    set -e words[1]
  end
  set -e words[1]
  echo "$words"
end
function __holdfast_is
  set -l words (__holdfast_words); or return 1
  test "$words" = "$argv"
end
function __holdfast_begins
  set -l words (__holdfast_words); or return 1
  string match -q -- "$argv *" "$words "
end
for program in holdfast npx
${commands
  .flatMap(branchOf)
  .map((line) => `  ${line}`)
  .join('\n')}
end`;
