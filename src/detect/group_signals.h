// SPDX-License-Identifier: Apache-2.0
// What is said of very many places in the same words is said once, with the count: a list that nobody reads helps nobody.
#pragma once

#include <span>
#include <vector>

#include "detect/detector.h"

namespace stormwatch::detect {

/// Hygiene of pods is the same remark for each of a project's manifests: once a rule and part of the tree. Workloads that Terraform
/// declares keep theirs: there a resource is what people look for.
void group_hygiene(std::vector<Signal>& signals, std::span<const Detector> detectors);

/// A flaw of the package that an image runs, in more than three manifests: once a version and context. Packages of lock files keep theirs:
/// each file is mended for itself.
void group_flaws_of_images(std::vector<Signal>& signals);

/// Credentials of one kind in one file of tests, more than ten: a table of test vectors is one remark.
void group_test_vectors(std::vector<Signal>& signals, std::span<const Detector> detectors);

}  // namespace stormwatch::detect
