# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What can be said is read from --help, so that nothing here grows old; tests are what `bootproof list` has.

# Of "  --boot TEXT:{auto,fork,own}  …" the words after an option; nothing where it takes any.
_bootproof_words() {
    "$1" "$2" --help 2>/dev/null | sed -nE "s/^ +([^ ]+,)?$3 TEXT:\{([^}]*)\}.*/\2/p" | tr , ' '
}

_bootproof_tests() {
    local program=$1 build=
    shift
    while (($# > 1)); do
        [[ $1 == -C || $1 == --build-dir ]] && build=$2
        shift
    done
    "$program" list ${build:+-C "$build"} 2>/dev/null | cut -d ' ' -f 1
}

_bootproof() {
    local program=$1 current=$2 previous=$3 command='' word choices
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] || { command=$word; break; }
    done
    # bash takes "--boot=f" for three words.
    [[ $previous == '=' ]] && previous=${COMP_WORDS[COMP_CWORD-2]}
    [[ $current == '=' ]] && current=
    COMPREPLY=()
    if [[ -z $command ]]; then
        choices=$("$program" --help 2>/dev/null | sed -nE '/^Subcommands:/,/^$/s/^  ([a-z]+) .*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$choices --help --version" -- "$current")
    elif [[ $previous == -C || $previous == --build-dir || $previous == -o || $previous == --output-dir ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
    elif [[ $previous == --* ]] && choices=$(_bootproof_words "$program" "$command" "$previous") && [[ -n $choices ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
    elif [[ $current == -* ]]; then
        choices=$("$program" "$command" --help 2>/dev/null | grep -oE '^ +(-[a-zA-Z],)?--[a-z_-]+' | grep -oE -- '--[a-z_-]+')
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(_bootproof_tests "$program" "${COMP_WORDS[@]}")" -- "$current")
    fi
}

complete -F _bootproof bootproof
