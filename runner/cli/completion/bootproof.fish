# SPDX-License-Identifier: LGPL-2.1-or-later
# What can be said is read from --help, so that nothing here grows old; tests are what `bootproof list` has.

# The command, and the build directory if one was said, of the words so far.
function __bootproof_command
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or begin
            echo $word
            return 0
        end
    end
    return 1
end

function __bootproof_tests
    set -l words (commandline -opc)
    set -l build
    for i in (seq 2 (math (count $words) - 1))
        contains -- $words[$i] -C --build-dir; and set build -C $words[(math $i + 1)]
    end
    $words[1] list $build 2>/dev/null | string replace -r ' .*' ''
end

function __bootproof_commands
    set -l words (commandline -opc)
    $words[1] --help 2>/dev/null | string match -rg '^  ([a-z]+ +[A-Z].*)' | string replace -r ' +' \t
end

function __bootproof_options
    set -l command (__bootproof_command); or return
    set -l words (commandline -opc)
    $words[1] $command --help 2>/dev/null | string match -rg '^ +(?:-[a-zA-Z],)?(--[a-z_-]+)'
end

function __bootproof_words
    set -l command (__bootproof_command); or return
    set -l words (commandline -opc)
    $words[1] $command --help 2>/dev/null | string match -rg "^ +(?:[^ ]+,)?$words[-1] TEXT:\{([^}]*)\}" | string split ,
end

complete -c bootproof -f
complete -c bootproof -n 'not __bootproof_command >/dev/null' -a '(__bootproof_commands)'
complete -c bootproof -n '__bootproof_command >/dev/null; and test -n "$(__bootproof_words)"' -a '(__bootproof_words)'
complete -c bootproof -n '__bootproof_command >/dev/null; and string match -q -- "-*" (commandline -ct)' -a '(__bootproof_options)'
complete -c bootproof -n '__bootproof_command >/dev/null; and test -z "$(__bootproof_words)"; and not string match -q -- "-*" (commandline -ct)' -a '(__bootproof_tests)'
