// SPDX-License-Identifier: LGPL-2.1-or-later
#include "private_mounts.hpp"
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace bootproof {

namespace {

/// Of a build directory in which image.json is what is given, where that is not empty.
nlohmann::json doctor(const Scene& scene, const std::string& manifest, int status) {
    std::filesystem::create_directories(scene.root / "build" / "meson-info");
    std::filesystem::create_directories(scene.root / "build" / "mkosi.output");
    if (!manifest.empty())
        write_file(scene.root / "build" / "mkosi.output" / "image.json", manifest, 0644);
    const auto ending =
        scene.start({"doctor", "--json", "-C", (scene.root / "build").string()}).wait();
    CAPTURE(ending.errors);
    CHECK(ending.status() == status);
    return nlohmann::json::parse(ending.output);
}

nlohmann::json check_of(const nlohmann::json& checks, const std::string& subject) {
    for (const auto& check : checks)
        if (check.at("subject") == subject)
            return check;
    return {};
}

} // namespace

TEST_CASE("doctor finds what there is, and says what to do about the rest") {
    Scene scene;
    const auto checks = doctor(scene, "", 1);
    const auto image = check_of(checks, "image");
    CHECK(image.at("result") == "broken");
    CHECK(contains(image.at("remedy").get<std::string>(), "meson compile -C "));
    CHECK(check_of(checks, "qemu").at("result") == "good");
    for (const auto* subject :
         {"accelerator", "vsock", "containers", "memory", "room", "open files"})
        CHECK_MESSAGE(!check_of(checks, subject).is_null(), subject);
    scene.check_clean();
}

TEST_CASE("doctor says that QEMU is missing, and nothing can be run then") {
    Scene scene;
    scene.environment["BOOTPROOF_QEMU"] = (scene.root / "no-qemu").string();
    const auto qemu = check_of(doctor(scene, "", 1), "qemu");
    CHECK(qemu.at("result") == "broken");
    CHECK(contains(qemu.at("text").get<std::string>(), "no-qemu"));
}

TEST_CASE("without QEMU, tests run in containers where they can") {
    Scene scene;
    std::filesystem::create_directories(scene.root / "build");
    std::filesystem::create_directory_symlink(
        scene.image.parent_path(), scene.root / "build" / "mkosi.output");
    if (check_of(doctor(scene, "", 0), "containers").at("result") != "good") {
        MESSAGE("not tried: no container can be run here");
        return;
    }
    scene.environment["BOOTPROOF_QEMU"] = (scene.root / "no-qemu").string();
    CHECK(check_of(doctor(scene, "", 0), "qemu").at("result") == "lacking");
}

TEST_CASE("doctor tells what writes the journal from QEMU") {
    const Scene scene;
    const auto hidden = hidden_file("/usr/lib/systemd/systemd-journal-remote");
    if (!hidden) {
        MESSAGE("not tried: mounting takes more than this user may");
        return;
    }
    const auto checks = doctor(scene, "", 1);
    CHECK(check_of(checks, "journal receiver").at("result") == "broken");
    CHECK(check_of(checks, "qemu").at("result") == "good");
    CHECK_FALSE(check_of(checks, "accelerator").is_null());
}

TEST_CASE("no test runs where guests' disks cannot be") {
    Scene scene;
    scene.environment["TMPDIR"] = "/dev/null/tmp";
    CHECK(check_of(doctor(scene, "", 1), "room").at("result") == "broken");
}

TEST_CASE("doctor takes a manifest that is none for what it is") {
    const Scene scene;
    const auto image = check_of(doctor(scene, "no manifest", 1), "image");
    CHECK(image.at("result") == "broken");
}

} // namespace bootproof
