"""How shells ask for completions, where click's own way does not do.

Words such as `variant=url-safe` and `--output=json` are one for us. Bash takes them apart, so it
hands over the line instead; bash and zsh may write no space behind `variant=`.
"""

from __future__ import annotations

import os

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

_BASH = """\
%(complete_func)s() {
    local kind value line=${COMP_LINE:0:COMP_POINT}
    # What bash replaces begins behind the last of its own breaks.
    local breaks=${COMP_WORDBREAKS//[^=:]/} word=${line##*[[:space:]]} begun=
    [[ -n $breaks && $word == *[$breaks]* ]] && begun=${word%%"${word##*[$breaks]}"}
    while IFS=, read -r kind value; do
        case $kind in
            dir) COMPREPLY=() && compopt -o dirnames ;;
            file) COMPREPLY=() && compopt -o default ;;
            plain)
                [[ $value == *= ]] && compopt -o nospace
                COMPREPLY+=("${value#"$begun"}") ;;
        esac
    done < <(env COMP_WORDS="$line" %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s
%(complete_func)s() {
    (( $+commands[%(prog_name)s] )) || return 1
    local kind value help
    local -a answer plain explained ending
    answer=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) \
%(complete_var)s=zsh_complete %(prog_name)s)}")
    [[ ${words[CURRENT]} == -*=* ]] && compset -P '*='
    for kind value help in $answer; do
        case $kind in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            plain)
                [[ $value == *= ]] && ending=(-S '')
                if [[ $help == _ ]]; then plain+=("$value"); else explained+=("$value:$help"); fi ;;
        esac
    done
    (( $#explained )) && _describe -V unsorted explained -U -i "$IPREFIX" "${ending[@]}"
    (( $#plain )) && compadd -U -i "$IPREFIX" -V unsorted "${ending[@]}" -a plain
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""


class Bash(BashComplete):
    """Gets all of the command before the cursor, as it is written, as COMP_WORDS."""

    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being written, and that."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)
        if len(words) < 2 or line[-1:].isspace():
            words.append("")
        return words[1:-1], words[-1]


class Zsh(ZshComplete):
    """Writes no space behind `key=`, and completes behind `--option=`."""

    source_template = _ZSH


class Fish(FishComplete):
    """Wants the whole word behind `--option=`, too."""

    _begun = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being written, and that."""
        arguments, word = super().get_completion_args()
        option, equals, _ = word.partition("=")
        self._begun = option + equals if equals and option.startswith("-") else ""
        return arguments, word

    def format_completion(self, item: CompletionItem) -> str:
        """The item as the script reads it."""
        item.value = self._begun + item.value
        return super().format_completion(item)


def register_shells() -> dict[str, type[ShellComplete]]:
    """Has click speak with shells by these classes, which it gives by their names."""
    return {cls.name: add_completion_class(cls) for cls in (Bash, Zsh, Fish)}
