// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/skip.hpp"

#include <fmt/format.h>

namespace bootproof {

std::optional<Skip> decide_skip(const TestDescriptor& descriptor, const RunOptions& options) {
    if (options.integration_tests == false)
        return Skip{
            "integration-tests-off",
            "SYSTEMD_INTEGRATION_TESTS=0 switches the integration tests off"};
    if (!options.skip.empty() && !options.integration_tests)
        return Skip{"switched-off", options.skip};
    if (descriptor.slow && !options.slow_tests)
        return Skip{"slow", "The test is slow (SYSTEMD_SLOW_TESTS=1 runs it)"};
    if (!descriptor.enabled)
        return Skip{"disabled", "The declaration says 'enabled: false'"};
    if (descriptor.confidential)
        return Skip{"no-confidential-guests", "Confidential guests ('--coco') are not supported"};
    for (const auto& word : options.skip_words)
        if (descriptor.name.find(word) != std::string::npos)
            return Skip{"test-skip", fmt::format("TEST_SKIP has '{}'", word)};
    return std::nullopt;
}

} // namespace bootproof
