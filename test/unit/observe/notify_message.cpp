// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/notify_message.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::string_literals;

namespace {

using Datagrams = std::vector<std::string>;

Datagrams feed_in_two(const std::string& bytes, std::size_t split, NotifyStream& stream) {
    auto datagrams = stream.feed(std::string_view(bytes).substr(0, split));
    for (auto& datagram : stream.feed(std::string_view(bytes).substr(split)))
        datagrams.push_back(std::move(datagram));
    return datagrams;
}

} // namespace

TEST_CASE("a notify message is taken apart into its fields") {
    const auto fields =
        parse_notify_message("READY=1\nSTATUS=Ready to go = yes\nEXIT_STATUS=123\n");
    CHECK(
        fields
        == std::map<std::string, std::string>{
            {"READY", "1"}, {"STATUS", "Ready to go = yes"}, {"EXIT_STATUS", "123"}});
}

TEST_CASE("lines of a notify message that are no assignments are left out") {
    CHECK(parse_notify_message("READY\n=1\n\n\nA=\nB=2").size() == 2);
    CHECK(parse_notify_message("A=").at("A").empty());
    CHECK(parse_notify_message("").empty());
    CHECK(parse_notify_message("\n").empty());
}

TEST_CASE("of a repeated field in a notify message the last counts") {
    CHECK(parse_notify_message("STATUS=a\nSTATUS=b").at("STATUS") == "b");
}

TEST_CASE("a stream gives the same datagrams wherever it is split") {
    const auto bytes = "READY=1\0STATUS=two\nX=\0\0EXIT_STATUS=123"s;
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        CAPTURE(split);
        NotifyStream stream;
        CHECK(feed_in_two(bytes, split, stream) == Datagrams{"READY=1", "STATUS=two\nX="});
        CHECK(stream.finish() == "EXIT_STATUS=123");
        CHECK(stream.finish().empty());
        CHECK(stream.dropped() == 0);
    }
}

TEST_CASE("a datagram as large as the limit is kept") {
    const std::string largest(notify_message_limit, 'x');
    NotifyStream stream;
    CHECK(stream.feed(largest + '\0') == Datagrams{largest});
    CHECK(stream.dropped() == 0);
}

TEST_CASE("a datagram over the limit is dropped and counted, wherever the stream is split") {
    const auto bytes = "A=1\0"s + std::string(notify_message_limit + 1, 'x') + "\0B=2\0"s;
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        CAPTURE(split);
        NotifyStream stream;
        REQUIRE(feed_in_two(bytes, split, stream) == Datagrams{"A=1", "B=2"});
        REQUIRE(stream.dropped() == 1);
        REQUIRE(stream.finish().empty());
    }
}

TEST_CASE("the rest of a dropped datagram is not taken for one of its own") {
    NotifyStream stream;
    CHECK(stream.feed(std::string(notify_message_limit, 'x')).empty());
    CHECK(stream.feed("yy").empty());
    CHECK(stream.feed("EXIT_STATUS=123").empty());
    CHECK(stream.finish().empty());
    CHECK(stream.dropped() == 1);
    CHECK(stream.feed("A=1\0"s) == Datagrams{"A=1"});
}

TEST_CASE("many datagrams over the limit are each counted") {
    NotifyStream stream;
    const auto large = std::string(notify_message_limit * 3, 'x') + '\0';
    CHECK(stream.feed(large + large + large).empty());
    CHECK(stream.dropped() == 3);
}
