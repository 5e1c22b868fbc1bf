// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bootproof {

/// Text from anywhere as valid UTF-8 that a terminal and XML 1.0 take as text: terminal escape
/// sequences and control characters but for newline and tab are left out, and so are those that
/// reorder text; invalid bytes become U+FFFD.
std::string printable(std::string_view text);

/// The same as one line: newlines and tabs become blanks.
std::string printable_line(std::string_view text);

/// Printable text in which a CI that reads it in a log finds nothing to obey: no workflow commands
/// of GitHub, logging commands of Azure Pipelines, service messages of TeamCity, attachments of
/// Jenkins and GitLab. A blank breaks what would be one; all else stays as it is.
std::string without_ci_commands(std::string text);

/// A short text from anywhere as one line, for a message: what printable() leaves out becomes '?',
/// so that one sees that something is there, and what is longer than 'limit' bytes is cut with "…".
std::string one_line(std::string_view text, std::size_t limit = 200);

/// The beginning and the end of a UTF-8 text of more than 'limit' bytes, with a line between them
/// that says what is left out; the result has at most 'limit' bytes. 'limit' is at least 100.
std::string cut_middle(std::string_view text, std::size_t limit);

} // namespace bootproof
