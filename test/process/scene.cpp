// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"

#include "sys/file.hpp"

#include <doctest/doctest.h>
#include <pugixml.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace bootproof {

namespace {

using Clock = std::chrono::steady_clock;

int milliseconds_until(Clock::time_point end) {
    const auto left = std::chrono::ceil<Milliseconds>(end - Clock::now()).count();
    return static_cast<int>(std::max<std::int64_t>(0, left));
}

bool readable(int fd, Milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (;;) {
        pollfd watched{fd, POLLIN, 0};
        const int n = ::poll(&watched, 1, milliseconds_until(end));
        if (n >= 0 || errno != EINTR)
            return n > 0;
    }
}

SpawnOptions with_files(SpawnOptions options, int output, int errors) {
    options.standard_output = output;
    options.standard_error = errors;
    return options;
}

/// What the caller's own environment must not change here.
std::map<std::string, std::string> clean_environment() {
    std::map<std::string, std::string> variables;
    for (const auto* name :
         {"BOOTPROOF_INTEGRATION_TESTS",
          "SYSTEMD_INTEGRATION_TESTS",
          "SYSTEMD_SLOW_TESTS",
          "TEST_SKIP",
          "TEST_SHELL",
          "TEST_NO_KVM",
          "TEST_NO_QEMU",
          "TEST_PREFER_QEMU",
          "MESON_TEST_ITERATION",
          "FAKE_MACHINE_VERSION"})
        variables[name] = "";
    return variables;
}

/// Whether the host lets the probe open /dev/kvm is its own affair.
std::string without_probe(const std::string& errors) {
    std::string rest;
    std::istringstream text(errors);
    for (std::string line; std::getline(text, line);)
        if (!line.starts_with("bootproof: KVM is not used: "))
            rest += line + "\n";
    return rest;
}

} // namespace

Started::Started(
    const SpawnOptions& options,
    const std::filesystem::path& output,
    const std::filesystem::path& errors)
    : process_(
        with_files(options, create_file(output, 0600).get(), create_file(errors, 0600).get()))
    , output_(output)
    , errors_(errors)
    , begin_(Clock::now()) {}

std::string Started::errors() const {
    constexpr std::size_t most = 65536;
    return read_file_tail(errors_, most);
}

std::optional<Ending> Started::wait_for(Milliseconds limit) {
    if (!readable(process_.pidfd(), limit))
        return std::nullopt;
    const auto end = Clock::now();
    return Ending{
        .exit = process_.wait(),
        .errors = without_probe(read_file(errors_)),
        .output = read_file(output_),
        .duration = std::chrono::duration_cast<Milliseconds>(end - begin_),
    };
}

Ending Started::wait() {
    auto ending = wait_for(patience);
    REQUIRE_MESSAGE(ending, "the program runs for too long: " << read_file(errors_));
    return *std::move(ending);
}

Scene::Scene() {
    // Short, for sockets are below it (unix(7)).
    std::string pattern = "/tmp/bp.XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("mkdtemp");
    root = pattern;
    output = root / "out";
    runtime = root / "run";
    temporary = root / "tmp";
    record = root / "record";
    image = root / "image" / "image.json";
    junit = root / "junit.xml";
    for (const auto& directory : {runtime, temporary, record, root / "cache", image.parent_path()})
        std::filesystem::create_directory(directory);
    write_image();
    if (::mkfifo((record / "marks").c_str(), 0600) < 0)
        throw std::runtime_error("mkfifo");
    marks_ = UniqueFd(::open((record / "marks").c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    environment = clean_environment();
    environment["XDG_RUNTIME_DIR"] = runtime.string();
    environment["XDG_CACHE_HOME"] = (root / "cache").string();
    environment["TMPDIR"] = temporary.string();
    environment["BOOTPROOF_QEMU"] = FAKE_MACHINE;
    std::filesystem::create_symlink(FAKE_MACHINE, root / "fake-nspawn");
    environment["BOOTPROOF_NSPAWN"] = (root / "fake-nspawn").string();
    environment["BOOTPROOF_TIMEOUT_FACTOR"] = "1";
    environment["FAKE_MACHINE_RECORD"] = record.string();
}

Scene::~Scene() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
}

void Scene::write_image() const {
    for (const auto* name : {"disk.raw", "kernel", "initrd"})
        write_file(image.parent_path() / name, name, 0644);
    const nlohmann::json manifest{
        {"format", 1},
        {"distribution", "debian"},
        {"release", "trixie"},
        {"architecture", "x86-64"},
        {"disk", "disk.raw"},
        {"kernel", "kernel"},
        {"initrd", "initrd"},
        {"tree", "tree"},
        {"root", "LABEL=root"},
        {"kernel-command-line", "quiet"},
        {"boots-without-initrd", false},
        {"systemd-version", 257},
        {"units", nlohmann::json::array()},
        {"digest", std::string(64, 'd')},
        {"built", 1700000000},
        {"configuration", nlohmann::json::array()},
    };
    std::filesystem::create_directories(image.parent_path() / "tree");
    write_file(image, manifest.dump(), 0644);
}

std::filesystem::path
Scene::declare(const std::string& script, const std::string& more, const std::string& name) const {
    auto path = root / (name + ".yaml");
    // A JSON string is a YAML string.
    const nlohmann::json arguments{"--fake-script", script};
    write_file(
        path,
        fmt::format(
            "name: {}\nimage: {}\nfirmware: linux\nunit: subject.service\nqemu-args: {}\n"
            "configuration: {{command: /bin/true}}\n{}",
            name,
            image.string(),
            arguments.dump(),
            more),
        0644);
    return path;
}

std::filesystem::path Scene::declare_container(const std::string& script, const std::string& more) {
    environment["FAKE_CONTAINER_SCRIPT"] = script;
    auto path = root / "subject.yaml";
    write_file(
        path,
        fmt::format(
            "name: subject\nimage: {}\nfirmware: linux\nunit: subject.service\n"
            "configuration: {{command: /bin/true}}\n{}",
            image.string(),
            more),
        0644);
    return path;
}

std::filesystem::path Scene::declare_fork(
    const std::string& saved,
    const std::string& forked,
    const std::string& more,
    const std::string& name) {
    // What lies in a build directory keeps its machines there.
    std::filesystem::create_directories(root / "meson-info");
    environment["FAKE_SAVED_SCRIPT"] = saved;
    environment["FAKE_FORKED_SCRIPT"] = forked;
    auto path = root / (name + ".yaml");
    write_file(
        path,
        fmt::format(
            "name: {}\nimage: {}\nfirmware: linux\nunit: subject.service\nvm: true\nboot: fork\n"
            "configuration: {{command: /bin/true}}\n{}",
            name,
            image.string(),
            more.find("memory:") == std::string::npos ? more + "memory: 128M\n" : more),
        0644);
    return path;
}

Started Scene::start(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), BOOTPROOF);
    // One name each, for several may run at once.
    static int number = 0;
    const auto stem = root / fmt::format("bootproof-{}", ++number);
    return {
        {.command = std::move(arguments), .environment = environment, .descriptors = {}},
        stem.string() + ".out",
        stem.string() + ".err"};
}

Started Scene::start_run(
    const std::filesystem::path& descriptor, const std::vector<std::string>& options) const {
    std::vector<std::string> arguments{
        "run",
        descriptor.string(),
        "--output-dir",
        output.string(),
        "--gtest_output=xml:" + junit.string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return start(std::move(arguments));
}

Ending
Scene::run(const std::filesystem::path& descriptor, const std::vector<std::string>& options) const {
    return start_run(descriptor, options).wait();
}

std::string Scene::next_mark() {
    for (;;) {
        if (const auto end = marked_.find('\n'); end != std::string::npos) {
            auto line = marked_.substr(0, end);
            marked_.erase(0, end + 1);
            return line;
        }
        REQUIRE_MESSAGE(readable(marks_.get(), patience), "the fake machine marked nothing");
        std::array<char, 4096> buffer{};
        const auto n = ::read(marks_.get(), buffer.data(), buffer.size());
        marked_.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(0, n)));
    }
}

Ending Scene::ask(const std::string& command, const std::vector<std::string>& words) const {
    std::vector<std::string> arguments{command, "--output-dir", output.string()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return start(arguments).wait();
}

pid_t Scene::await_mark(const std::string& label) {
    const auto mark = next_mark();
    REQUIRE_MESSAGE(mark.starts_with(label + " "), mark);
    return std::stoi(mark.substr(label.size() + 1));
}

bool Scene::was_started() const {
    return std::filesystem::exists(record / "started");
}

std::vector<std::filesystem::path> Scene::run_directories() const {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(runtime / "bootproof", none))
        if (entry.path().filename() != ".lock")
            found.push_back(entry.path());
    return found;
}

void Scene::check_clean() const {
    // A run has reaped everything when it ends, so that there is nothing to wait for.
    CHECK_MESSAGE(no_child_left(Milliseconds(0)), "a process is left");
    CHECK(run_directories().empty());
    CHECK(std::filesystem::is_empty(temporary));
}

bool no_child_left(Milliseconds limit) {
    const auto end = Clock::now() + limit;
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    for (;;) {
        pid_t reaped = 0;
        do
            reaped = ::waitpid(-1, nullptr, WNOHANG);
        while (reaped > 0);
        if (reaped < 0)
            return errno == ECHILD;
        const int left = milliseconds_until(end);
        const timespec time{.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000L};
        if (left == 0 || (::sigtimedwait(&child_ended, nullptr, &time) < 0 && errno == EAGAIN))
            return false;
    }
}

bool await_end(pid_t pid) {
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    return (!process && errno == ESRCH) || (process && readable(process.get(), patience));
}

namespace {

pugi::xml_node junit_problem(const pugi::xml_document& document) {
    const auto suite = document.child("testsuites").child("testsuite");
    for (const auto& test : suite.children("testcase"))
        for (const auto* element : {"failure", "error", "skipped"})
            if (const auto node = test.child(element))
                return node;
    return {};
}

pugi::xml_document load(const std::filesystem::path& file) {
    pugi::xml_document document;
    const auto parsed = document.load_file(file.c_str());
    REQUIRE_MESSAGE(parsed, file.string() << ": " << parsed.description());
    REQUIRE(document.child("testsuites").child("testsuite").child("testcase"));
    return document;
}

} // namespace

std::string junit_result(const std::filesystem::path& file) {
    const auto document = load(file);
    const auto problem = junit_problem(document);
    if (!problem)
        return {};
    const auto* detail = problem.attribute("type") ? "type" : "message";
    return fmt::format("{} {}", problem.name(), problem.attribute(detail).value());
}

std::string junit_message(const std::filesystem::path& file) {
    const auto document = load(file);
    return junit_problem(document).attribute("message").value();
}

std::string ending_with(int status) {
    return fmt::format(
        "connect\nconsole \\x1b[1mbold\\x1b[0m\\n\njournal {}\nnotify EXIT_STATUS={}\nexit 0\n",
        journal_text("passed").string(),
        status);
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::filesystem::path journal_text(const std::string& name) {
    return std::filesystem::path(PROCESS_TEST_DATA) / "journal" / (name + ".export");
}

} // namespace bootproof
