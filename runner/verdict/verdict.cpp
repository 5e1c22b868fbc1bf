// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/verdict.hpp"

#include <stdexcept>
#include <utility>

namespace bootproof {

Verdict verdict_of(Outcome outcome, std::string reason, std::string text) {
    return {.outcome = outcome, .reason = std::move(reason), .text = std::move(text)};
}

bool is_broken(Outcome outcome) {
    return outcome != Outcome::pass && outcome != Outcome::skip;
}

bool is_failure(Outcome outcome) {
    return outcome == Outcome::fail || outcome == Outcome::timeout;
}

int exit_code(Outcome outcome) {
    switch (outcome) {
    case Outcome::pass:
        return 0;
    case Outcome::fail:
    case Outcome::timeout:
        return 1;
    case Outcome::skip:
        return 77;
    case Outcome::error:
        return 99;
    case Outcome::interrupted:
        return 130;
    }
    throw std::logic_error("Unknown outcome");
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
    case Outcome::pass:
        return "pass";
    case Outcome::fail:
        return "fail";
    case Outcome::skip:
        return "skip";
    case Outcome::timeout:
        return "timeout";
    case Outcome::error:
        return "error";
    case Outcome::interrupted:
        return "interrupted";
    }
    throw std::logic_error("Unknown outcome");
}

} // namespace bootproof
