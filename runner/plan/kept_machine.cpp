// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/kept_machine.hpp"

#include "base/error.hpp"
#include "plan/credential.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace bootproof {

namespace {

using Json = nlohmann::ordered_json;
using Path = std::filesystem::path;

constexpr int format = 1;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// Whether there was any.
bool replace_in(std::vector<std::string>& command, std::string_view from, std::string_view to) {
    bool found = false;
    for (auto& argument : command) {
        found = found || argument.find(from) != std::string::npos;
        replace_all(argument, from, to);
    }
    return found;
}

/// What the machine was booted from goes with it, for the next image has other files of these
/// names, and another host may have none.
std::vector<KeptInput> take_inputs(const PlanInput& input, std::vector<std::string>& command) {
    std::vector<KeptInput> inputs{
        {.path = input.image.kernel, .name = "kernel"},
        {.path = input.image.initrd, .name = "initrd"}};
    for (const auto& firmware : input.host.firmware)
        inputs.push_back(
            {.path = firmware.code, .name = fmt::format("firmware-{}", inputs.size())});
    std::erase_if(inputs, [&](const KeptInput& file) {
        const auto kept = (imagined_kept / file.name).string();
        return file.path.empty()
               || (!replace_in(command, qemu_value(file.path.string()), kept)
                   && !replace_in(command, file.path.string(), kept));
    });
    return inputs;
}

Json passed_json(const std::vector<PassedFile>& files) {
    auto json = Json::array();
    for (const auto& file : files)
        json.push_back(
            {{"number", file.number},
             {"path", file.path.string()},
             {"copy", file.access == PassedFile::Access::copy}});
    return json;
}

std::vector<PassedFile> parse_passed(const Json& json) {
    std::vector<PassedFile> files;
    files.reserve(json.size());
    for (const auto& file : json)
        files.push_back(
            {.number = file.at("number"),
             .path = file.at("path").get<std::string>(),
             .access = file.at("copy").get<bool>() ? PassedFile::Access::copy
                                                   : PassedFile::Access::read});
    return files;
}

/// As -kernel has it; in an option with several values, something stands before a path.
bool is_path(std::string_view argument) {
    return argument.starts_with(imagined_run.string())
           || argument.starts_with(imagined_kept.string());
}

} // namespace

KeptMachine plan_kept(const PlanInput& input, const std::string& reason) {
    auto options = input.options;
    options.console = Console::interactive;
    auto resources = input.resources;
    resources.directory = imagined_run;
    resources.evidence = imagined_run;
    resources.kept_machine = imagined_kept;
    resources.vsock.reset();
    auto boot = input.boot;
    boot.resumed = true;
    // Whoever resumes it need not be who has kept it.
    auto host = input.host;
    host.is_root = false;
    auto plan = plan_launch(
        {input.descriptor,
         input.image,
         options,
         host,
         resources,
         input.machine,
         input.backend,
         boot});
    // They are kept with the machine.
    for (auto& file : plan.files) {
        const auto kept = imagined_kept / file.path.filename();
        replace_in(plan.machine, file.path.string(), kept.string());
        file.path = kept;
    }
    auto inputs = take_inputs(input, plan.machine);
    return {
        .test = input.descriptor.name,
        .qemu_version = input.host.qemu_version,
        .reason = reason,
        .plan = std::move(plan),
        .inputs = std::move(inputs)};
}

std::string kept_machine_json(const KeptMachine& kept) {
    const auto& plan = kept.plan;
    const Json json = {
        {"format", format},
        {"test", kept.test},
        {"reason", kept.reason},
        {"qemu-version", kept.qemu_version},
        {"accelerator", plan.accelerator},
        {"machine", plan.machine},
        {"passed-files", passed_json(plan.passed_files)},
        {"qmp-commands", plan.qmp_commands},
        {"attach-socket", plan.attach_socket.string()},
    };
    try {
        return json.dump(2) + "\n";
    } catch (const Json::exception& exception) {
        throw Error(fmt::format("The machine cannot be written as JSON: {}", exception.what()));
    }
}

KeptMachine parse_kept_machine(std::string_view text, const Path& file) {
    try {
        const auto json = Json::parse(text);
        if (json.at("format") != format)
            throw Error(
                fmt::format("'{}' is of another version of bootproof", file.string()),
                "Run the test again with --keep=failed");
        KeptMachine kept{
            .test = json.at("test"),
            .qemu_version = json.at("qemu-version"),
            .reason = json.at("reason"),
            .plan = {},
            .inputs = {}};
        auto& plan = kept.plan;
        plan.name = kept.test;
        plan.directory = imagined_run;
        plan.machine = json.at("machine").get<std::vector<std::string>>();
        plan.accelerator = json.at("accelerator");
        plan.passed_files = parse_passed(json.at("passed-files"));
        plan.qmp_commands = json.at("qmp-commands");
        plan.qmp_socket = imagined_run / "qmp";
        plan.agent_socket = imagined_run / "agent";
        plan.attach_socket = json.value("attach-socket", std::string());
        plan.console_log = console_log(imagined_run);
        return kept;
    } catch (const Json::exception& exception) {
        throw Error(fmt::format("'{}' is no kept machine: {}", file.string(), exception.what()));
    }
}

LaunchPlan resumed_plan(const LaunchPlan& kept, const Path& run, const Path& kept_directory) {
    auto plan = kept;
    const auto settle = [](std::string text, const std::string& own, const std::string& beside) {
        replace_all(text, imagined_run.string(), own);
        replace_all(text, imagined_kept.string(), beside);
        return text;
    };
    const auto settle_path = [&](const std::string& text) {
        return settle(text, run.string(), kept_directory.string());
    };
    plan.resumed = true;
    plan.directory = run;
    for (auto& argument : plan.machine)
        argument =
            is_path(argument)
                ? settle_path(argument)
                : settle(argument, qemu_value(run.string()), qemu_value(kept_directory.string()));
    for (auto& file : plan.passed_files)
        file.path = settle_path(file.path.string());
    for (auto* path :
         {&plan.qmp_socket, &plan.agent_socket, &plan.attach_socket, &plan.console_log})
        *path = settle_path(path->string());
    return plan;
}

} // namespace bootproof
