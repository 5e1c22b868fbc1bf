// SPDX-License-Identifier: LGPL-2.1-or-later
#include "golden_case.hpp"

#include "base/error.hpp"
#include "descriptor/image_manifest.hpp"
#include "descriptor/parse_descriptor.hpp"
#include "plan/machine_choice.hpp"
#include "plan/plan_launch.hpp"
#include "plan/shell_script.hpp"
#include "recorded_host.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>

namespace bootproof {

namespace {

/// Remembers what was read, so that a file which a case has for nothing is found.
class CaseFolder {
public:
    explicit CaseFolder(std::filesystem::path path)
        : path_(std::move(path)) {}

    std::string read(const std::filesystem::path& name) {
        read_.insert(name.lexically_normal());
        return read_whole(path_ / name);
    }

    [[nodiscard]] bool has(const std::filesystem::path& name) const {
        return std::filesystem::exists(path_ / name);
    }

    void refuse_unread() const {
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            if (const auto name = entry.path().filename();
                name.extension() != ".txt" && !read_.contains(name))
                throw Error(fmt::format("Nothing reads '{}'", entry.path().string()), "Remove it");
    }

private:
    std::filesystem::path path_;
    std::set<std::filesystem::path> read_;
};

/// What every run has of its own, the same in all cases.
RunResources
fixed_resources(const std::string& name, const HostCapabilities& host, Backend backend) {
    const std::filesystem::path output = "/build/test/journal";
    RunResources resources{
        .directory = "/run/bootproof/1",
        .overlay_directory = "/var/tmp",
        .evidence = output / (name + ".run"),
        .journal = output / (name + ".journal"),
        .kept_machine = output / (name + ".machine"),
        .now = std::chrono::system_clock::from_time_t(1'767'323'045),
    };
    if (host.vsock && backend == Backend::qemu)
        resources.vsock = VsockResources{
            .guest_cid = 4711, .notify_port = 20001, .journal_port = 20002, .vhost_fd = 3};
    return resources;
}

// As if it lay in a build directory, for its folder becomes a part of the plan.
constexpr std::string_view image_path = "/build/image/image.yaml";

TestDescriptor read_test(CaseFolder& files, const std::filesystem::path& folder) {
    return parse_descriptor(
        files.read("descriptor.yaml"),
        folder / "descriptor.yaml",
        [&](const std::filesystem::path& path) { return files.read(path); });
}

RunOptions read_options(CaseFolder& files, const std::filesystem::path& folder) {
    auto options = files.has("options.yaml")
                       ? parse_options(files.read("options.yaml"), folder / "options.yaml")
                       : RunOptions{};
    options.machines_directory = "/build/machines";
    return options;
}

std::string script_of(
    const BackendQuestion& question, const MachineChoice& machine, const BackendChoice& backend) {
    const auto& [test, image, options, host] = question;
    auto resources = fixed_resources(test.name, host, backend.backend);
    const auto boot = choose_boot(test, image, options, host, machine, backend.backend);
    // The name of a class is a hash of what the rest of the plan shows.
    if (boot.kind == BootKind::forked)
        resources.saved_machine = options.machines_directory / "CLASS" / "machine";
    return shell_script(
        plan_launch({test, image, options, host, resources, machine, backend, boot}));
}

} // namespace

std::string read_whole(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw system_error(errno, fmt::format("Failed to open '{}'", path.string()));
    return {std::istreambuf_iterator<char>(stream), {}};
}

Plans plan_of_case(const std::filesystem::path& folder) {
    CaseFolder files(folder);
    const auto test = read_test(files, folder);
    const auto host = parse_host(files.read("host.yaml"), folder / "host.yaml");
    const auto options = read_options(files, folder);
    const auto image = parse_image_manifest(files.read(test.image), image_path);
    files.refuse_unread();
    const auto machine = choose_machine(test, options, host.container);
    const BackendQuestion question{test, image, options, host};
    return {{"plan.txt", script_of(question, machine, choose_backend(question, machine))}};
}

Plans plans_of_backends(const std::filesystem::path& folder) {
    CaseFolder files(folder);
    const auto test = read_test(files, folder);
    const auto options = read_options(files, folder);
    files.refuse_unread();
    const auto around = folder.parent_path();
    const auto host = parse_host(read_whole(around / "host.yaml"), around / "host.yaml");
    const auto image = parse_image_manifest(read_whole(around / "image.yaml"), image_path);
    const auto machine = choose_machine(test, options, host.container);
    const BackendQuestion question{test, image, options, host};
    Plans plans;
    for (const auto backend : backends_of(machine.kind)) {
        const auto refusal = refuse(backend, machine.kind, question);
        plans[fmt::format("{}.txt", to_string(backend))] =
            refusal
                ? fmt::format("# '{}': {}\n", refusal->key, refusal->text)
                : script_of(question, machine, {.backend = backend, .reason = "it was asked for"});
    }
    return plans;
}

} // namespace bootproof
