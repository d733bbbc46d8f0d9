/** Completion for bash. */
import { type Completed, type CompletedCommand, isGroup, quotedForShell } from './completed.ts';

const wordsOf = (words: readonly { text: string }[]): string =>
  quotedForShell(words.map(({ text }) => text).join(' '));

const branch = ({ text, options, values }: CompletedCommand): string =>
  `${quotedForShell(text)})
      options=${wordsOf(options)}
      valued=${wordsOf(options.filter(({ hasValue }) => hasValue))}
      values=${quotedForShell(values.join(' '))} ;;`;

function branchOf(each: Completed): string {
  if (!isGroup(each)) return `    ${branch(each)}`;
  return `    ${quotedForShell(each.text)})
      first=2
      if ((\${#given[@]} == 1)); then values=${wordsOf(each.commands)}; else case "\${given[1]}" in
        ${each.commands.map(branch).join('\n        ')}
      esac; fi ;;`;
}

export const bashScript = (
  commands: readonly Completed[],
): string => `# eval "$(npx holdfast completion bash)"
_holdfast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" options='' valued='' values='' first=1 program=1
  COMPREPLY=()
  if [[ \${COMP_WORDS[0]} == npx ]]; then
    [[ \${COMP_WORDS[1]-} == holdfast && $COMP_CWORD -gt 1 ]] || return
    program=2
  fi
  local -a given=("\${COMP_WORDS[@]:program:COMP_CWORD-program}")
  if ((\${#given[@]} == 0)); then values=${wordsOf([...commands, { text: 'help' }])}; else case "\${given[0]}" in
${commands.map(branchOf).join('\n')}
    help) values=${wordsOf(commands)} ;;
  esac; fi
  # The value of an option: files, by the default of readline.
  ((\${#given[@]} > 0)) && [[ " $valued " == *" \${COMP_WORDS[COMP_CWORD-1]} "* ]] && return
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif ((\${#given[@]} <= first)); then COMPREPLY=($(compgen -W "$values" -- "$current")); fi
}
complete -o default -F _holdfast holdfast npx`;
