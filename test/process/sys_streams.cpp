// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.hpp"
#include "open_descriptors.hpp"
#include "scene.hpp"
#include "sys/journal_file.hpp"
#include "sys/qmp.hpp"
#include "sys/socket.hpp"
#include "write_journal.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <set>
#include <string>

namespace bootproof {

namespace {

std::string feed(QmpStream& stream, std::string_view bytes) {
    std::string events;
    stream.feed(bytes, [&](const QmpMessage& message) {
        events += message.event + ":" + message.reason + " ";
    });
    return events;
}

/// A real journal of the checked-in text.
std::filesystem::path make_journal(const Scene& scene, const std::string& text) {
    auto path = scene.root / (text + ".journal");
    write_journal(journal_text(text), path);
    return path;
}

unsigned count(JournalFile& journal) {
    unsigned entries = 0;
    for (journal.seek_head(); journal.next();)
        ++entries;
    return entries;
}

} // namespace

TEST_CASE("QMP events are found however the bytes are cut") {
    const std::string_view text =
        "{\"QMP\": {}}\r\n{\"return\": {}}\r\n"
        "{\"event\": \"RESET\", \"data\": {\"guest\": true, \"reason\": \"guest-reset\"}}\r\n"
        "{\"event\": \"STOP\"}\r\n";
    QmpStream whole;
    CHECK(feed(whole, text) == "RESET:guest-reset STOP: ");
    QmpStream bytes;
    std::string events;
    for (const char& c : text)
        events += feed(bytes, std::string_view(&c, 1));
    CHECK(events == "RESET:guest-reset STOP: ");
}

TEST_CASE("what is no QMP event is left out, and those behind it are not") {
    for (const auto* garbage :
         {"garbage",
          "{",
          "[1, 2]",
          "null",
          "{\"event\": 5}",
          "{\"event\": [\"RESET\"]}",
          "\xff\xfe",
          "{\"return\": {\"event\": \"RESET\"}}"}) {
        CAPTURE(garbage);
        QmpStream stream;
        CHECK(feed(stream, std::string(garbage) + "\n{\"event\": \"STOP\"}\n") == "STOP: ");
    }
    QmpStream odd;
    CHECK(
        feed(
            odd,
            "{\"event\": \"A\", \"data\": [1]}\n{\"event\": \"B\", \"data\": {\"reason\": 1}}\n")
        == "A: B: ");
    QmpStream nested;
    CHECK(feed(nested, std::string(500000, '[') + "\n{\"event\": \"STOP\"}\n") == "STOP: ");
}

TEST_CASE("an answer that is a text is handed on, and other answers are not") {
    QmpStream stream;
    const std::string answers =
        "{\"return\": {}}\n{\"return\": \"RAX=0\\n\", \"id\": 1}\n{\"return\": [1]}\n";
    CHECK(feed(stream, answers) == "QMP_TEXT:RAX=0\n ");
}

TEST_CASE("a message without an end does not eat the memory") {
    QmpStream stream;
    const std::string block(65536, 'x');
    for (int i = 0; i < 64; ++i)
        CHECK(feed(stream, block).empty());
    CHECK(feed(stream, "\n{\"event\": \"STOP\"}\n") == "STOP: ");
}

TEST_CASE("a journal is read as it was sent") {
    const Scene scene;
    JournalFile journal(make_journal(scene, "passed"));
    CHECK(count(journal) == 3);
    CHECK(journal.count_unique("_BOOT_ID") == 1);
    journal.seek_head();
    REQUIRE(journal.next());
    CHECK(journal.field("MESSAGE") == "Starting subject.service...");
    CHECK_FALSE(journal.field("NO_SUCH_FIELD"));
    CHECK(journal.monotonic() == std::chrono::microseconds(1000000));
    CHECK(journal.realtime().time_since_epoch() == std::chrono::seconds(1700000000));
    CHECK(journal.boot_id() == "6c7c6013a26343b29e964691ff25d04c");
    journal.seek_tail();
    REQUIRE(journal.previous());
    CHECK(journal.field("MESSAGE") == "subject.service: Deactivated successfully.");
}

TEST_CASE("matches of a journal are alternatives by call") {
    const Scene scene;
    JournalFile journal(make_journal(scene, "passed"));
    journal.match_also({"_SYSTEMD_UNIT=subject.service"});
    CHECK(count(journal) == 1);
    journal.match_also({"UNIT=subject.service", "_PID=1"});
    CHECK(count(journal) == 3);
    journal.match_everything();
    journal.match_also({"UNIT=subject.service", "_PID=2"});
    CHECK(count(journal) == 0);
    journal.match_everything();
    CHECK(count(journal) == 3);
}

TEST_CASE("an entry that was cut off costs itself and no other") {
    const Scene scene;
    JournalFile journal(make_journal(scene, "truncated"));
    CHECK(count(journal) == 3);
}

TEST_CASE("journals of later boots beside the first are read along") {
    const Scene scene;
    const auto first = make_journal(scene, "passed");
    std::filesystem::rename(make_journal(scene, "coredump"), scene.root / "passed@2.journal");
    JournalFile journal(first);
    CHECK(count(journal) == 5);
    CHECK(journal.count_unique("_BOOT_ID") == 1);
}

TEST_CASE("the values of a field are visited until one is enough") {
    const Scene scene;
    const JournalFile journal(make_journal(scene, "passed"));
    std::multiset<std::string> values;
    const auto keep = [&](std::string_view value) { return values.emplace(value), true; };
    CHECK(journal.visit_values("UNIT", keep));
    CHECK(values == std::multiset<std::string>{"subject.service"});
    CHECK(journal.visit_values("NO_SUCH_FIELD", keep));
    CHECK(values.size() == 1);
    unsigned visited = 0;
    CHECK_FALSE(journal.visit_values("MESSAGE", [&](std::string_view) { return ++visited < 2; }));
    CHECK(visited == 2);
}

TEST_CASE("a journal that is none is an error that names it") {
    const auto before = open_descriptors();
    for (const auto* path : {"/dev/null/a.journal", PROCESS_TEST_DATA "/meson.build"}) {
        std::string error;
        try {
            const JournalFile journal(path);
        } catch (const Error& caught) {
            error = caught.what();
        }
        CHECK(error.starts_with(fmt::format("Failed to open the journal '{}': ", path)));
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("a socket listens, and a path that is too long for one is refused") {
    const Scene scene;
    const auto path = scene.root / "socket";
    const auto listener = listen_unix(path);
    CHECK_FALSE(accept_connection(listener.get()));
    const auto peer = connect_unix(path);
    CHECK(accept_connection(listener.get()));
    CHECK(can_connect_unix(path));
    CHECK_FALSE(can_connect_unix(scene.root / "nobody"));
    const auto refused = [](const std::filesystem::path& bad) {
        try {
            listen_unix(bad);
        } catch (const Error& error) {
            return fmt::format("{} ({})", error.what(), error.hint());
        }
        return std::string();
    };
    // sun_path has 108 bytes, the last of them a NUL.
    const auto longest = scene.root / std::string(107 - scene.root.string().size() - 1, 'x');
    CHECK(listen_unix(longest));
    const auto longer = longest.string() + "x";
    CHECK(
        refused(longer)
        == fmt::format(
            "'{}' is too long for the path of a socket (Set XDG_RUNTIME_DIR to a shorter "
            "directory)",
            longer));
    CHECK(
        refused(path)
        == fmt::format("Failed to listen on '{}': Address already in use ()", path.string()));
}

} // namespace bootproof
