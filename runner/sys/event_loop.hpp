// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

struct sd_event;
struct sd_event_source;

namespace bootproof {

/// One sd_event_source and the callback it owns; destroying it unregisters both. A callback may
/// destroy its own source.
class EventSource {
public:
    EventSource() = default;

    [[nodiscard]] explicit operator bool() const { return source_ != nullptr; }

    /// Stops or starts delivery; no callback is lost while the condition lasts.
    void enable(bool on);

private:
    friend class EventLoop;

    struct Unref {
        void operator()(sd_event_source* source) const;
    };

    struct Slot;

    // The source is declared last so that it goes first: sd-event never sees a dead slot.
    std::shared_ptr<Slot> slot_;
    std::unique_ptr<sd_event_source, Unref> source_;
};

/// Runs callbacks on the calling thread until stop(). A callback that throws stops the loop, and
/// run() rethrows. See sd-event(3).
class EventLoop {
public:
    using Callback = std::function<void()>;

    EventLoop();

    [[nodiscard]] EventSource on_timer(std::chrono::microseconds delay, Callback callback);
    /// Something can be read, or the end has come.
    [[nodiscard]] EventSource on_readable(int fd, Callback callback);
    /// There is room to write, or nobody reads any more.
    [[nodiscard]] EventSource on_writable(int fd, Callback callback);
    /// The signal is blocked for this process from now on, and children get it unblocked again.
    [[nodiscard]] EventSource on_signal(int signal_number, Callback callback);

    void run();
    void stop();

private:
    struct Unref {
        void operator()(sd_event* event) const;
    };

    EventSource on_io(int fd, std::uint32_t events, Callback callback);

    template <typename Add>
    EventSource add(Callback callback, const char* what, Add&& add_source);

    std::unique_ptr<sd_event, Unref> event_;
    std::shared_ptr<std::exception_ptr> failure_ = std::make_shared<std::exception_ptr>();
};

} // namespace bootproof
