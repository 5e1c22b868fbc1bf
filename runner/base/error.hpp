// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace bootproof {

/// A fault that the user can act on: one line that names the thing, and optionally a hint with the
/// remedy. Bugs are assertions or std::logic_error, a failing test is a Verdict; neither is an
/// Error.
class Error : public std::runtime_error {
public:
    explicit Error(const std::string& message, std::string hint = {});

    /// What to do about it, without parentheses or full stop; empty when there is nothing to
    /// advise.
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    std::string hint_;
};

/// The hint of a fault of the host, which is rarely the only one.
std::string ask_doctor(const std::string& hint);

/// "MESSAGE: strerror(errnum)"; errnum is positive.
Error system_error(int errnum, std::string_view message, std::string hint = {});

} // namespace bootproof
