// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/credential.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::string_literals;

namespace {

using Words = std::vector<std::string>;

TransportedCredentials transported(
    const std::vector<Credential>& credentials,
    CredentialTransport transport,
    const std::filesystem::path& directory) {
    TransportedCredentials result;
    transport_credentials(credentials, transport, directory, result);
    return result;
}

} // namespace

TEST_CASE("a comma in a QEMU value is doubled, and nothing else is touched") {
    CHECK(qemu_value("a,b,,c=\"'\\ ") == "a,,b,,,,c=\"'\\ ");
    CHECK(qemu_value("").empty());
}

TEST_CASE("a credential for SMBIOS is a file with its name and its value in base64") {
    const auto sent = transported(
        {{.name = "a", .value = "\0,\n"s}, {.name = "b", .value = ""}},
        CredentialTransport::smbios,
        "/run/x,y");
    CHECK(
        sent.files
        == std::vector<PlannedFile>{
            {.path = "/run/x,y/credential-000", .content = "io.systemd.credential.binary:a=ACwK"},
            {.path = "/run/x,y/credential-001", .content = "io.systemd.credential.binary:b="}});
    CHECK(
        sent.arguments
        == Words{
            "-smbios",
            "type=11,path=/run/x,,y/credential-000",
            "-smbios",
            "type=11,path=/run/x,,y/credential-001"});
    CHECK(sent.kernel_arguments.empty());
    CHECK(sent.smbios_bytes == sent.files[0].content.size() + sent.files[1].content.size() + 2);
}

TEST_CASE("a credential for fw_cfg is a file with its bytes") {
    const auto sent =
        transported({{.name = "a,b", .value = "\0,\n"s}}, CredentialTransport::fw_cfg, "/run/x,y");
    CHECK(
        sent.files
        == std::vector<PlannedFile>{{.path = "/run/x,y/credential-000", .content = "\0,\n"s}});
    CHECK(
        sent.arguments
        == Words{"-fw_cfg", "name=opt/io.systemd.credentials/a,,b,file=/run/x,,y/credential-000"});
    CHECK(sent.smbios_bytes == 0);
}

TEST_CASE("a name of 28 characters fits fw_cfg, one of 29 goes to the kernel command line") {
    const auto sent = transported(
        {{.name = std::string(28, 'a'), .value = "x"},
         {.name = std::string(29, 'b'), .value = "y z"}},
        CredentialTransport::fw_cfg,
        "/run/x");
    REQUIRE(sent.files.size() == 1);
    CHECK(sent.arguments.size() == 2);
    CHECK(
        sent.kernel_arguments
        == Words{"systemd.set_credential_binary=" + std::string(29, 'b') + ":eSB6"});
}
