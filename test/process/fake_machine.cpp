// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_script.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

/// The value of an option of QEMU, with its doubled commas made single again.
std::string single_commas(std::string_view value) {
    std::string result;
    for (std::size_t i = 0; i < value.size(); ++i) {
        result += value[i];
        if (value[i] == ',' && i + 1 < value.size() && value[i + 1] == ',')
            ++i;
    }
    return result;
}

/// "socket,id=NAME,path=PATH", as the runner writes it.
void add_socket(fake::Script& script, std::string_view option) {
    constexpr std::string_view begin = "socket,id=";
    constexpr std::string_view middle = ",path=";
    const auto at = option.find(middle);
    // On some it listens itself, for whoever may want something of it.
    if (!option.starts_with(begin) || at == std::string_view::npos
        || option.find(",server=on") != std::string_view::npos)
        return;
    script.sockets.emplace(
        option.substr(begin.size(), at - begin.size()),
        single_commas(option.substr(at + middle.size())));
}

/// "--bind=PATH:/run/host/bootproof/NAME" of systemd-nspawn.
void add_bind(fake::Script& script, std::string_view option) {
    constexpr std::string_view begin = "--bind=";
    constexpr std::string_view middle = ":/run/host/bootproof/";
    const auto at = option.find(middle);
    if (option.starts_with(begin) && at != std::string_view::npos)
        script.sockets.emplace(
            option.substr(at + middle.size()), option.substr(begin.size(), at - begin.size()));
}

void read_lines(fake::Script& script, const std::string& text) {
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        script.lines.push_back(line);
}

/// A container has its script in the environment, which the runner hands down.
fake::Script read_container(int argc, char** argv) {
    fake::Script script{.sockets = {}, .lines = {}, .container = true};
    for (int i = 1; i < argc; ++i)
        add_bind(script, argv[i]);
    const char* text = std::getenv("FAKE_CONTAINER_SCRIPT");
    read_lines(script, text == nullptr ? "" : text);
    return script;
}

/// "memory-backend-file,…,mem-path=PATH,…"
std::string memory_path(std::string_view option) {
    constexpr std::string_view key = ",mem-path=";
    const auto at = option.find(key);
    if (at == std::string_view::npos)
        return {};
    option.remove_prefix(at + key.size());
    return std::string(option.substr(0, option.find(',')));
}

/// A machine that is saved or forked cannot have arguments of its own.
void read_environment(fake::Script& script, bool is_forked) {
    const char* text = std::getenv(is_forked ? "FAKE_FORKED_SCRIPT" : "FAKE_SAVED_SCRIPT");
    read_lines(script, text == nullptr ? "" : text);
}

fake::Script read_command_line(int argc, char** argv) {
    fake::Script script;
    bool is_forked = false;
    for (int i = 1; i + 1 < argc; ++i) {
        const std::string_view option = argv[i];
        is_forked = is_forked || option == "-incoming";
        if (option == "-object")
            script.memory = memory_path(argv[i + 1]);
        if (option == "-chardev")
            add_socket(script, argv[i + 1]);
        if (option != "--fake-script")
            continue;
        read_lines(script, argv[i + 1]);
    }
    if (!script.memory.empty())
        read_environment(script, is_forked);
    return script;
}

std::string record_directory() {
    const char* directory = std::getenv("FAKE_MACHINE_RECORD");
    return directory == nullptr ? "." : directory;
}

/// The pid, and what was open when the machine was started.
void record_start(const std::string& directory) {
    std::string descriptors;
    // What lists them is open itself.
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        if (!std::filesystem::read_symlink(entry.path()).string().ends_with("/fd"))
            descriptors += fmt::format(" {}", entry.path().filename().string());
    std::ofstream(directory + "/started") << ::getpid() << descriptors << '\n';
}

int answer_version() {
    const char* how = std::getenv("FAKE_MACHINE_VERSION");
    const std::string answer =
        how == nullptr || *how == '\0' ? "QEMU emulator version 10.0.2" : how;
    if (answer == "hang")
        return fake::play({.sockets = {}, .lines = {"mark probe", "hang"}}, record_directory());
    fmt::print("{}\n", answer);
    return EXIT_SUCCESS;
}

bool is_probe(const fake::Script& script) {
    return script.sockets.empty() && script.lines.empty();
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && std::string_view(argv[1]) == "--version")
            return answer_version();
        const bool container = std::string_view(argv[0]).ends_with("fake-nspawn");
        const auto script = container ? read_container(argc, argv) : read_command_line(argc, argv);
        if (is_probe(script)) {
            fmt::print(stderr, "fake machine: no accelerator here\n");
            return EXIT_FAILURE;
        }
        const auto directory = record_directory();
        record_start(directory);
        return fake::play(script, directory);
    } catch (const std::exception& exception) {
        fmt::print(stderr, "fake machine: {}\n", exception.what());
        return 3;
    }
}
