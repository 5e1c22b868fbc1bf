# SPDX-License-Identifier: LGPL-2.1-or-later
# What can be said is read from --help, so that nothing here grows old; tests are what `bootproof list` has.

# The first of these words that is no option.
function __bootproof_command
    for word in $argv[2..-1]
        string match -q -- '-*' $word; or begin
            echo $word
            return
        end
    end
end

function __bootproof_tests
    set -l build
    for i in (seq 2 (math (count $argv) - 1))
        contains -- $argv[$i] -C --build-dir; and set build -C $argv[(math $i + 1)]
    end
    $argv[1] list $build 2>/dev/null | string replace -r ' .*' ''
end

function __bootproof_complete
    set -l words (commandline -opc)
    set -l command (__bootproof_command $words)
    set -l help ($words[1] $command --help 2>/dev/null)
    # "--boot=f" is one word.
    set -l prefix (string match -r -- '^--[^=]+=' (commandline -ct))
    set -l option (string replace -- = '' $prefix $words[-1])[1]
    set -l choices (string match -rg "^ +(?:[^ ]+,)?$option TEXT:\{([^}]*)\}" $help | string split ,)
    if test -z "$command"
        string match -rg '^  ([a-z]+ +[A-Z].*)' $help | string replace -r ' +' \t
    else if test -n "$choices"
        string join -- \n "$prefix"$choices
    else if string match -q -- '-*' (commandline -ct)
        string match -rg '^ +(?:-[a-zA-Z],)?(--[a-z_-]+)' $help
    else
        __bootproof_tests $words
    end
end

complete -c bootproof -f -a '(__bootproof_complete)'
