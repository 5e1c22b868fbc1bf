// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/host_report.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

const std::vector<HostCheck> checks{
    {.subject = "qemu", .text = "10.0.2", .remedy = "unused"},
    {.subject = "vsock",
     .result = HostCheck::Result::lacking,
     .text = "not\x01 there",
     .remedy = "modprobe vhost_vsock"},
    {.subject = "image", .result = HostCheck::Result::broken, .text = "missing", .remedy = ""},
};

} // namespace

TEST_CASE("what is good is a line, and what is not has its remedy below") {
    CHECK(
        host_report(checks, false)
        == "qemu              good     10.0.2\n"
           "vsock             lacking  not there\n"
           "                           → modprobe vhost_vsock\n"
           "image             broken   missing\n");
    CHECK(host_report({checks[0]}, true) == "qemu              \x1b[32mgood    \x1b[0m 10.0.2\n");
}

TEST_CASE("programs get the same as JSON, without a remedy for what is good") {
    CHECK(
        host_report_json({checks[0]})
        == "[\n  {\n    \"subject\": \"qemu\",\n    \"result\": \"good\",\n    \"text\": "
           "\"10.0.2\",\n    \"remedy\": \"\"\n  }\n]\n");
}
