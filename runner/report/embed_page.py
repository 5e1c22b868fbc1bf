#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write a C++ header with what a page has in it beside its text: embed_page.py OUTPUT CSS JS"""

import base64
import hashlib
import pathlib
import sys

DELIMITER = "embedded"


def text_of(path: str) -> str:
    text = pathlib.Path(path).read_text(encoding="utf-8")
    # Its end would be that of the element, or of the string.
    for word in ("</", f'){DELIMITER}"'):
        if word in text:
            raise SystemExit(f"'{path}' must not have '{word}' in it")
    return text


def constant(name: str, text: str) -> str:
    return f'inline constexpr std::string_view {name} = R"{DELIMITER}({text}){DELIMITER}";\n'


def main(output: str, css: str, js: str) -> None:
    script = text_of(js)
    # Content Security Policy Level 3: a hash-source is of what stands between the tags.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    pathlib.Path(output).write_text(
        "// SPDX-License-Identifier: LGPL-2.1-or-later\n#pragma once\n\n#include <string_view>\n\nnamespace bootproof {\n\n"
        + constant("page_css", text_of(css))
        + constant("page_js", script)
        + constant("page_js_digest", f"sha256-{digest}")
        + "\n} // namespace bootproof\n",
        encoding="utf-8",
    )


main(*sys.argv[1:])
