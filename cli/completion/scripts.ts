/**
 * What a shell is given once, for it to ask `temper complete` at each Tab: lines of a value, a tab and its description,
 * or `:file` and `:directory` where the shell knows better.
 */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

// Works in bash 3.2, which macOS has, and without the package bash-completion.
const BASH = `_temper() {
  local typed=\${COMP_LINE:0:COMP_POINT} word=\${COMP_WORDS[COMP_CWORD]} value description
  local -a words
  read -ra words <<< "$typed"
  [[ $typed == *[[:space:]] ]] && words+=('')
  # Bash takes = and : for ends of words, and replaces what stands behind the last of them.
  local last=\${words[\${#words[@]}-1]}
  [[ $word == [=:] ]] && word=''
  local before=\${last%"$word"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    case $value in
      :file | :directory)
        compopt -o filenames 2> /dev/null
        local of=f
        [[ $value == :directory ]] && of=d
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -$of -- "$word")
        ;;
      *) COMPREPLY+=("\${value#"$before"}") ;;
    esac
  done < <(temper complete -- "\${words[@]:1}" 2> /dev/null)
}
complete -F _temper temper`;

const ZSH = `#compdef temper
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_temper() {
  local value description
  local -a found
  while IFS=$'\\t' read -r value description; do
    case $value in
      :file) _files ;;
      :directory) _files -/ ;;
      *) found+=("\${value//:/\\\\:}:$description") ;;
    esac
  done < <(temper complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)
  (( $#found )) && _describe temper found
}
compdef _temper temper`;

const FISH = `function __temper_complete
  set -l words (commandline --tokenize --cut-at-cursor --current-process)
  set -l current (commandline --cut-at-cursor --current-token)
  for line in (temper complete -- $words[2..] "$current" 2> /dev/null)
    switch $line
      case :file
        __fish_complete_path "$current"
      case :directory
        __fish_complete_directories "$current"
      case '*'
        echo $line
    end
  end
end
complete --command temper --no-files --arguments '(__temper_complete)'`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
