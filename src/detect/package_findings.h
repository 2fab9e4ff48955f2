// SPDX-License-Identifier: Apache-2.0
// What the checks of packages share: the look-ups of one asset, and what the path of a manifest says of its weight.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "advisory/image.h"
#include "detect/detector.h"

namespace stormwatch::detect {

/// The name within a package asset's key, as registries compare it.
std::string_view registry_name(const Asset& package);
/// The advisories on a package asset; none for other kinds.
std::vector<advisory::Match> advisories_of(const Asset& asset, const Context& context);
/// The package whose version the tag of an AI server's image states; nullopt for other assets, and where that package is an
/// asset of the estate itself.
std::optional<advisory::ImagePackage> package_of(const Asset& image, const Estate& estate);
/// test, example, documentation, vendored: from the path of a manifest; empty for the product's own.
std::string manifest_context(std::string_view path);
/// By CVSS; one step up when exploitation is known, or likely within a month (EPSS 0.5 and more).
Severity severity_of(const advisory::Match& match);
/// What is known of the package's use: "imported at app.py:3", "a workload starts it", "no code that was read imports it"; empty if nothing is.
std::string use_of(const Asset& package);
/// "CVE-2024-1 (GHSA-...)": the name people search for first.
std::string shown_id(const advisory::Match& match);
/// Fills identifiers and the facts that the forecast reads.
void describe(const advisory::Match& match, Signal& signal);

}  // namespace stormwatch::detect
