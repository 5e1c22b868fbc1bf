// SPDX-License-Identifier: LGPL-2.1-or-later
#include "keep_machine.hpp"

#include "base/error.hpp"
#include "launch/kept_files.hpp"
#include "launch/log.hpp"
#include "plan/keep_agent.hpp"
#include "verdict/verdict.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>

namespace bootproof {

namespace {

void discard(const std::filesystem::path& directory) {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
}

bool is_not_kept(const PlanInput& input, const std::string& reason) {
    log_warning(fmt::format("The machine of {} is not kept: {}", input.descriptor.name, reason));
    discard(input.resources.kept_machine);
    return false;
}

} // namespace

bool prepare_keep(const PlanInput& input) {
    if (!input.options.keep_failed)
        return false;
    if (const auto reason = why_not_kept(input); !reason.empty())
        return is_not_kept(input, reason);
    try {
        make_kept_directory(input.resources.kept_machine, input);
    } catch (const Error& error) {
        return is_not_kept(input, error.what());
    }
    return true;
}

bool settle_keep(const PlanInput& input, const Observation& observation, const Verdict& verdict) {
    if (!keeps_failed(input))
        return false;
    if (!observation.keep_fault.empty())
        return is_not_kept(input, observation.keep_fault);
    if (!observation.kept && is_broken(verdict.outcome))
        return is_not_kept(input, "it ended before it could be saved");
    if (!observation.kept) {
        discard(input.resources.kept_machine);
        return false;
    }
    try {
        complete_kept_machine(input.resources.kept_machine, plan_kept(input, verdict.reason));
    } catch (const Error& error) {
        return is_not_kept(input, error.what());
    }
    return true;
}

} // namespace bootproof
