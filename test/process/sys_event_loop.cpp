// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.hpp"
#include "open_descriptors.hpp"
#include "sys/event_loop.hpp"
#include "sys/unique_fd.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <stdexcept>

namespace bootproof {

namespace {

constexpr std::chrono::microseconds at_once{0};

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reader = UniqueFd(ends[0]);
        writer = UniqueFd(ends[1]);
    }

    UniqueFd reader;
    UniqueFd writer;
};

} // namespace

TEST_CASE("an exception leaves the callback, stops the loop, and run() throws it") {
    EventLoop loop;
    bool later = false;
    const auto first =
        loop.on_timer(at_once, [] { throw Error("thrown in a callback", "with its hint"); });
    const auto second = loop.on_timer(std::chrono::seconds(1), [&] { later = true; });
    std::optional<Error> caught;
    try {
        loop.run();
    } catch (const Error& error) {
        caught = error;
    }
    REQUIRE(caught);
    CHECK(std::string(caught->what()) == "thrown in a callback");
    CHECK(caught->hint() == "with its hint");
    CHECK_FALSE(later);
}

TEST_CASE("a callback may destroy its own source, and what it has captured lives on for so long") {
    EventLoop loop;
    Pipe pipe;
    EventSource source;
    auto token = std::make_shared<int>(7);
    const std::weak_ptr<int> watched = token;
    int seen = 0;
    REQUIRE(::write(pipe.writer.get(), "x", 1) == 1);
    source = loop.on_readable(pipe.reader.get(), [&, token = std::move(token)] {
        source = EventSource();
        seen = *token;
        loop.stop();
    });
    loop.run();
    CHECK(seen == 7);
    CHECK(watched.expired());
}

TEST_CASE("a source that is gone is not called") {
    EventLoop loop;
    Pipe pipe;
    REQUIRE(::write(pipe.writer.get(), "x", 1) == 1);
    bool called = false;
    {
        const auto source = loop.on_readable(pipe.reader.get(), [&] { called = true; });
    }
    const auto end = loop.on_timer(std::chrono::milliseconds(5), [&] { loop.stop(); });
    loop.run();
    CHECK_FALSE(called);
}

TEST_CASE("a source that is switched off loses nothing") {
    EventLoop loop;
    Pipe pipe;
    REQUIRE(::write(pipe.writer.get(), "x", 1) == 1);
    int calls = 0;
    auto source = loop.on_readable(pipe.reader.get(), [&] {
        ++calls;
        loop.stop();
    });
    source.enable(false);
    const auto on = loop.on_timer(std::chrono::milliseconds(5), [&] {
        CHECK(calls == 0);
        source.enable(true);
    });
    loop.run();
    CHECK(calls == 1);
}

TEST_CASE("timers come in order, and a signal as an event") {
    EventLoop loop;
    std::string order;
    const auto late =
        loop.on_timer(std::chrono::milliseconds(20), [&] { ::kill(::getpid(), SIGUSR1); });
    const auto early = loop.on_timer(std::chrono::milliseconds(1), [&] { order += "timer "; });
    const auto signal = loop.on_signal(SIGUSR1, [&] {
        order += "signal";
        loop.stop();
    });
    loop.run();
    CHECK(order == "timer signal");
}

TEST_CASE("a descriptor that cannot be watched is an error") {
    EventLoop loop;
    CHECK_THROWS_AS(static_cast<void>(loop.on_readable(-1, [] {})), Error);
}

TEST_CASE("loops and sources leave no descriptor open") {
    const auto before = open_descriptors();
    {
        EventLoop loop;
        Pipe pipe;
        const auto reading = loop.on_readable(pipe.reader.get(), [] {});
        const auto timer = loop.on_timer(at_once, [&] { loop.stop(); });
        const auto signal = loop.on_signal(SIGUSR2, [] {});
        loop.run();
        CHECK(open_descriptors().size() > before.size());
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("a moved UniqueFd closes once, and each its own") {
    const auto before = open_descriptors();
    {
        UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        UniqueFd second(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const int kept = second.get();
        first = std::move(second);
        CHECK(first.get() == kept);
        UniqueFd third(std::move(first));
        CHECK_FALSE(first);
        CHECK(third.get() == kept);
        third.reset();
        CHECK_FALSE(third);
        third.reset();
    }
    CHECK(open_descriptors() == before);
}

} // namespace bootproof
