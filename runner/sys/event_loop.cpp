// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/event_loop.hpp"

#include "base/error.hpp"

#include <systemd/sd-event.h>

#include <sys/epoll.h>

#include <csignal>
#include <ctime>
#include <utility>

namespace bootproof {

struct EventSource::Slot {
    EventLoop::Callback callback;
    std::shared_ptr<std::exception_ptr> failure;
    sd_event* event = nullptr;

    // An exception must not unwind through C: keep it, stop the loop, and let run() rethrow it.
    static int invoke(const std::shared_ptr<Slot>& slot) noexcept {
        try {
            slot->callback();
        } catch (...) {
            *slot->failure = std::current_exception();
            sd_event_exit(slot->event, 1);
        }
        return 0;
    }
};

namespace {

// The callback may destroy the source that it was called for, and must outlive that.
template <typename Slot>
std::shared_ptr<Slot> keep(void* userdata) {
    return *static_cast<std::shared_ptr<Slot>*>(userdata);
}

} // namespace

void EventSource::Unref::operator()(sd_event_source* source) const {
    sd_event_source_disable_unref(source);
}

void EventSource::enable(bool on) {
    sd_event_source_set_enabled(source_.get(), on ? SD_EVENT_ON : SD_EVENT_OFF);
}

void EventLoop::Unref::operator()(sd_event* event) const {
    sd_event_unref(event);
}

EventLoop::EventLoop() {
    sd_event* event = nullptr;
    if (const int r = sd_event_new(&event); r < 0)
        throw system_error(-r, "Failed to allocate an event loop");
    event_.reset(event);
}

template <typename Add>
EventSource EventLoop::add(Callback callback, const char* what, Add&& add_source) {
    EventSource result;
    result.slot_ = std::make_shared<EventSource::Slot>(EventSource::Slot{
        .callback = std::move(callback), .failure = failure_, .event = event_.get()});
    sd_event_source* source = nullptr;
    // The shared_ptr itself has to have a fixed address, whatever becomes of the EventSource.
    auto userdata = std::make_unique<std::shared_ptr<EventSource::Slot>>(result.slot_);
    if (const int r = add_source(&source, userdata.get()); r < 0)
        throw system_error(-r, what);
    result.source_.reset(source);
    sd_event_source_set_destroy_callback(source, [](void* pointer) {
        delete static_cast<std::shared_ptr<EventSource::Slot>*>(pointer);
    });
    static_cast<void>(userdata.release());
    return result;
}

EventSource EventLoop::on_timer(std::chrono::microseconds delay, Callback callback) {
    return add(
        std::move(callback),
        "Failed to arm a timer",
        [&](sd_event_source** source, void* userdata) {
            return sd_event_add_time_relative(
                event_.get(),
                source,
                CLOCK_MONOTONIC,
                static_cast<std::uint64_t>(delay.count()),
                // Within a millisecond, for nothing here is finer.
                1000,
                [](sd_event_source*, std::uint64_t, void* pointer) {
                    return EventSource::Slot::invoke(keep<EventSource::Slot>(pointer));
                },
                userdata);
        });
}

EventSource EventLoop::on_readable(int fd, Callback callback) {
    return on_io(fd, EPOLLIN, std::move(callback));
}

EventSource EventLoop::on_writable(int fd, Callback callback) {
    return on_io(fd, EPOLLOUT, std::move(callback));
}

EventSource EventLoop::on_io(int fd, std::uint32_t events, Callback callback) {
    return add(
        std::move(callback),
        "Failed to watch a file descriptor",
        [&](sd_event_source** source, void* userdata) {
            return sd_event_add_io(
                event_.get(),
                source,
                fd,
                events,
                [](sd_event_source*, int, std::uint32_t, void* pointer) {
                    return EventSource::Slot::invoke(keep<EventSource::Slot>(pointer));
                },
                userdata);
        });
}

EventSource EventLoop::on_signal(int signal_number, Callback callback) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return add(
        std::move(callback),
        "Failed to watch a signal",
        [&](sd_event_source** source, void* userdata) {
            return sd_event_add_signal(
                event_.get(),
                source,
                signal_number,
                [](sd_event_source*, const signalfd_siginfo*, void* pointer) {
                    return EventSource::Slot::invoke(keep<EventSource::Slot>(pointer));
                },
                userdata);
        });
}

void EventLoop::run() {
    if (const int r = sd_event_loop(event_.get()); r < 0)
        throw system_error(-r, "Failed to run the event loop");
    if (const auto failure = std::exchange(*failure_, nullptr))
        std::rethrow_exception(failure);
}

void EventLoop::stop() {
    sd_event_exit(event_.get(), 0);
}

} // namespace bootproof
