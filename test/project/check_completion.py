#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Complete command lines in a real shell: check_completion.py BOOTPROOF SHELL FOLDER"""

import os
import pathlib
import subprocess
import sys
import tempfile

BASH = '''
source "$FOLDER/bootproof.bash"
words=(${LINE//=/ = })
[[ $LINE == *' ' ]] && words+=('')
COMP_WORDS=("${words[@]}")
COMP_CWORD=$((${#words[@]} - 1))
_bootproof bootproof "${words[-1]}" "${words[-2]}"
printf '%s\\n' "${COMPREPLY[@]}"
'''
FISH = 'source "$FOLDER/bootproof.fish"; complete -C "$LINE"'
# Completion is a matter of the line editor, which wants a terminal.
ZSH = '''
zmodload zsh/zpty
zpty shell 'TERM=dumb zsh -fi'
zpty -w shell 'PROMPT=; fpath=($FOLDER $fpath); autoload -Uz compinit; compinit -u -D'
sleep 2
zpty -n -w shell "$LINE"$'\\t\\t'
sleep 2
zpty -n -w shell $'\\x15'
zpty -w shell exit
while zpty -r shell out; do print -rn -- $out; done
'''
COMMANDS = {
    'bash': ['bash', '--norc', '-c', BASH],
    'fish': ['fish', '--no-config', '-c', FISH],
    'zsh': ['zsh', '-f', '-c', ZSH],
}


def main(bootproof: str, shell: str, folder: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        descriptors = pathlib.Path(directory, 'build', 'test', 'descriptors')
        descriptors.mkdir(parents=True)
        # What makes it one for the runner.
        pathlib.Path(directory, 'build', 'meson-info').mkdir()
        for name in ('TEST-01-FIRST', 'TEST-02-SECOND', 'OTHER'):
            (descriptors / f'{name}.yaml').write_text(f'name: {name}\nimage: image.json\n', encoding='utf-8')
        environment = {
            **os.environ, 'FOLDER': folder, 'HOME': directory, 'PATH': f'{pathlib.Path(bootproof).resolve().parent}:{os.environ["PATH"]}',
        }
        for line, wanted, unwanted in [
            ('bootproof re', ['report', 'rerun'], ['machines']),
            ('bootproof run --time', ['--timeout-factor'], ['--backend']),
            ('bootproof run --boot ', ['auto', 'fork', 'own'], ['TEST-01-FIRST']),
            ('bootproof run --boot=', ['auto', 'fork', 'own'], ['TEST-01-FIRST']),
            ('bootproof run --boot=f', ['fork'], ['own']),
            ('bootproof run -C build TEST-0', ['TEST-01-FIRST', 'TEST-02-SECOND'], ['OTHER']),
        ]:
            done = subprocess.run(
                COMMANDS[shell], env={**environment, 'LINE': line}, cwd=directory, timeout=60, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace',
            )
            for word in wanted:
                if word not in done.stdout:
                    raise SystemExit(f"'{line}' is not completed to '{word}':\n{done.stdout}")
            for word in unwanted:
                if word in done.stdout:
                    raise SystemExit(f"'{line}' is completed to '{word}':\n{done.stdout}")


main(*sys.argv[1:])
