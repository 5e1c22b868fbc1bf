// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/image_manifest.hpp"
#include "descriptor/test_descriptor.hpp"
#include "plan/host_capabilities.hpp"
#include "plan/run_options.hpp"

namespace bootproof {

/// Finds out whether this host can boot a container of the image, by making the namespaces, the
/// control group and the overlay of one. That it works is kept in the cache directory, for this
/// systemd-nspawn and this kernel. What is wrong is in 'fault', and is no Error.
ContainerHost probe_container(
    const TestDescriptor& descriptor, const ImageManifest& image, const RunOptions& options);

} // namespace bootproof
