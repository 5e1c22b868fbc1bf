// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bootproof {

/// What the process of a machine wrote to its standard error, up to a limit; of a container also
/// that it reboots, which it leaves there as lines (plan/nspawn.hpp).
class MachineErrors {
public:
    /// With 'on_reboot', takes out the lines that tell of a reboot, and calls back for each.
    void append(std::string_view bytes, const std::function<void()>& on_reboot);

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

} // namespace bootproof
