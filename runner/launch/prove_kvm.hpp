// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/image_manifest.hpp"

#include <filesystem>
#include <string>

namespace bootproof {

/// Boots the image's kernel under KVM, without a root file system, until it panics for the lack of
/// one. Empty when that worked, else why KVM cannot be used. That /dev/kvm opens proves nothing:
/// nested and paravirtual KVMs that cannot run a stock kernel open, too. Takes some seconds at
/// most.
std::string prove_kvm(const std::filesystem::path& qemu, const ImageManifest& image);

} // namespace bootproof
