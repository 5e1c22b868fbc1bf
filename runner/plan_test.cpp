// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan_test.hpp"

#include "launch/acquire.hpp"
#include "launch/configure_plan.hpp"
#include "launch/find_tests.hpp"
#include "launch/probe_container.hpp"
#include "launch/probe_host.hpp"
#include "load_test.hpp"
#include "plan/boot_choice.hpp"
#include "plan/machine_choice.hpp"
#include "plan/plan_json.hpp"
#include "plan/plan_launch.hpp"
#include "plan/shell_script.hpp"
#include "prepare_fork.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

std::string plan_text(
    const BackendQuestion& question, const MachineChoice& machine, const BackendChoice& backend) {
    const auto& [descriptor, image, options, host] = question;
    const auto boot = choose_boot(descriptor, image, options, host, machine, backend.backend);
    auto resources = imagine_resources(descriptor.name, options);
    const PlanInput input{descriptor, image, options, host, resources, machine, backend, boot};
    if (boot.kind == BootKind::forked)
        resources.saved_machine = saved_machine_of(input);
    const auto plan = configure_plan(plan_launch(input), descriptor);
    return options.plan_as_json ? plan_json(plan) : shell_script(plan);
}

/// One behind the other, so that their command lines can be compared.
void print_every_plan(const BackendQuestion& question, const MachineChoice& machine) {
    for (const auto backend : backends_of(machine.kind)) {
        fmt::print("### {}\n", program_name(backend));
        if (const auto refusal = refuse(backend, machine.kind, question))
            fmt::print("# It cannot run this test: {}\n", refusal->text);
        else
            fmt::print(
                "{}",
                plan_text(question, machine, {.backend = backend, .reason = "all were asked for"}));
    }
}

int plan_loaded(LoadedTest loaded, RunOptions options) {
    settle(loaded, options);
    const auto& descriptor = loaded.test;
    const auto image = load_image(descriptor.image);
    const auto container = probe_container(descriptor, image, options);
    const auto machine = choose_machine(descriptor, options, container);
    const auto host = probe_host(descriptor, image, options, {machine.kind, container});
    const BackendQuestion question{descriptor, image, options, host};
    if (options.every_backend)
        print_every_plan(question, machine);
    else
        fmt::print("{}", plan_text(question, machine, choose_backend(question, machine)));
    return 0;
}

} // namespace

int plan_test(
    const std::string& test,
    const std::filesystem::path& build_directory,
    const RunOptions& options) {
    return plan_loaded(load_declared(test, build_directory), options);
}

int plan_wrapper(
    const WrapperArguments& arguments,
    const std::filesystem::path& build_directory,
    const RunOptions& options) {
    return plan_loaded(load_wrapper(arguments, build_directory), options);
}

} // namespace bootproof
