// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/image_manifest.hpp"

#include <string>

namespace bootproof {

/// Which file the image is older than; empty when it is as its configuration says. Files with an
/// old time stamp are taken for unchanged, and the others are compared by content.
std::string newer_configuration(const ImageManifest& image);

} // namespace bootproof
