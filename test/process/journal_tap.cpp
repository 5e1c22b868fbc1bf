// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/journal_tap.hpp"

#include "scene.hpp"
#include "sys/file.hpp"
#include "sys/socket.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>

namespace bootproof {

namespace {

/// A tap with a guest on its one side, and somebody who writes the journal on the other.
struct Tapped {
    explicit Tapped(const Scene& scene)
        : ends(make_socket_pair())
        , tap(loop,
              listen_unix(scene.root / "journal"),
              std::move(ends.first),
              "the-end RUN ",
              [this](std::string_view rest) { said += std::string(rest) + ";"; })
        , guest(connect_unix(scene.root / "journal"))
        , receiver(std::move(ends.second)) {
        make_blocking(guest.get());
    }

    /// Runs the loop, and calls 'step' in it until that returns false; what it leaves to be done is
    /// done before the next. A loop runs once.
    void run(const std::function<bool()>& step) {
        EventSource timer;
        std::function<void()> next = [&] {
            if (!step())
                loop.stop();
            else
                timer = loop.on_timer(pause, next);
        };
        timer = loop.on_timer(pause, next);
        loop.run();
    }

    static constexpr Milliseconds pause{2};

    void write(std::string_view bytes) const {
        REQUIRE(::write(guest.get(), bytes.data(), bytes.size()) == std::ssize(bytes));
    }

    /// What has come through so far.
    [[nodiscard]] std::string read() const {
        std::string text;
        std::array<char, 65536> buffer{};
        while (const auto size = read_some(receiver.get(), buffer)) {
            if (*size == 0)
                break;
            text.append(buffer.data(), *size);
        }
        return text;
    }

    EventLoop loop;
    std::string said;
    std::pair<UniqueFd, UniqueFd> ends;
    JournalTap tap;
    UniqueFd guest;
    UniqueFd receiver;
};

} // namespace

TEST_CASE("what is behind the message's beginning is handed out once the line is there, however it "
          "is cut") {
    const Scene scene;
    for (std::size_t cut = 1; cut < 40; ++cut) {
        CAPTURE(cut);
        std::filesystem::remove(scene.root / "journal");
        Tapped tapped(scene);
        const std::string_view text = "_PID=1\nMESSAGE=the-end RUN 123\n\n_PID=2\n";
        int step = 0;
        tapped.run([&] {
            if (step == 0)
                tapped.write(text.substr(0, cut));
            else if (step == 1)
                tapped.write(text.substr(cut));
            return ++step < 3;
        });
        CHECK(tapped.said == "123;");
        CHECK(tapped.read() == text);
    }
}

TEST_CASE("another run's message, one within a line, and one without an end are none") {
    const Scene scene;
    Tapped tapped(scene);
    int step = 0;
    tapped.run([&] {
        if (step == 0)
            tapped.write("MESSAGE=x\nMESSAGE=the-end RUM 1\nOTHER=the-end RUN 2\nMESSAGE=A "
                         "MESSAGE=the-end RUN "
                         "3\n");
        else if (step == 1)
            tapped.write("MESSAGE=the-end RUN 4");
        return ++step < 3;
    });
    CHECK(tapped.said.empty());
    tapped.tap.drain();
    CHECK(tapped.said.empty());
    CHECK(tapped.read().ends_with("RUN 4"));
}

TEST_CASE("a guest that writes faster than its journal is written has to wait, and loses nothing") {
    const Scene scene;
    Tapped tapped(scene);
    const std::string block(65536, 'x');
    // Far more than sockets and tap together may hold.
    constexpr std::size_t flood = std::size_t{64} * 1024 * 1024;
    constexpr std::size_t most = std::size_t{4} * 1024 * 1024;
    std::size_t sent = 0;
    std::size_t received = 0;
    int stuck = 0;
    int rounds = 0;
    tapped.run([&] {
        if (stuck < 3 && sent < flood) {
            const auto size =
                ::send(tapped.guest.get(), block.data(), block.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            sent += size > 0 ? static_cast<std::size_t>(size) : 0;
            stuck += size > 0 ? 0 : 1;
            return true;
        }
        tapped.guest.reset();
        received += tapped.read().size();
        return received < sent && ++rounds < 1000;
    });
    CHECK(sent < most);
    CHECK(received == sent);
}

} // namespace bootproof
