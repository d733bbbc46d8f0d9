/** Completion for zsh. */
import { type Completed, type CompletedCommand, type Word, isGroup, quotedForShell } from './completed.ts';

/** `_describe` takes `word:help`. */
const described = (words: readonly Word[]): string =>
  words.map(({ text, help }) => quotedForShell(`${text.replaceAll(':', String.raw`\:`)}:${help}`)).join(' ');

const branch = ({ text, options, values }: CompletedCommand): string =>
  `${quotedForShell(text)})
      options=(${described(options)})
      valued=(${options
        .filter(({ hasValue }) => hasValue)
        .map((each) => each.text)
        .join(' ')})
      values=(${described(values.map((value) => ({ text: value, help: '' })))}) ;;`;

function branchOf(each: Completed): string {
  if (!isGroup(each)) return `    ${branch(each)}`;
  return `    ${quotedForShell(each.text)})
      first=2
      if (( $#given == 1 )); then values=(${described(each.commands)}); else case $given[2] in
        ${each.commands.map(branch).join('\n        ')}
      esac; fi ;;`;
}

export const zshScript = (commands: readonly Completed[]): string => `# eval "$(npx holdfast completion zsh)"
_holdfast() {
  local -a options valued values given
  local first=1
  given=("\${(@)words[2,CURRENT-1]}")
  if [[ $words[1] == npx ]]; then
    if [[ $words[2] != holdfast || $CURRENT -lt 3 ]]; then _default; return; fi
    given=("\${(@)words[3,CURRENT-1]}")
  fi
  if (( $#given == 0 )); then values=(${described([...commands, { text: 'help', help: 'the help of a command' }])}); else case $given[1] in
${commands.map(branchOf).join('\n')}
    help) values=(${described(commands)}) ;;
  esac; fi
  if (( $#given > 0 && $valued[(Ie)$given[-1]] )); then _files
  elif [[ $PREFIX == -* ]]; then _describe option options
  elif (( $#given <= first && $#values )); then _describe command values
  else _files; fi
}
whence compdef > /dev/null || { autoload -Uz compinit && compinit }
compdef _holdfast holdfast npx`;
