// SPDX-License-Identifier: Apache-2.0
// What a manifest names, as package assets with the relations that use them.
#pragma once

#include <optional>

#include "collect/launch.h"
#include "collect/source.h"
#include "format/declared_package.h"
#include "posture/asset.h"

namespace stormwatch::collect {

struct ManifestTraits {
  bool pins = false;       ///< a lock file, or a manifest with one beside it: what stands here is what gets installed
  bool installed = false;  ///< found as installed, not as asked for
};

/// Adds the packages. They hang on the application of the source's folder and on the repository; a relation whose end nobody
/// observed is dropped by the graph.
void add_packages(const Source& source, const format::Manifest& manifest, const ManifestTraits& traits, Observation& into);

/// The package of npm or PyPI that a command line fetches and starts; nullopt if it is none.
std::optional<Asset> launched_package(const Source& source, const Launch& launch, const Place& place);

/// The same with "USER depends_on PACKAGE", of the words of a container's or service's command.
void relate_launched(const Source& source, AssetId user, std::span<const std::string> words, const Place& place, Observation& into);

/// A package's name as its key holds it: what registries compare.
std::string registry_spelling(std::string_view ecosystem, std::string_view name);

/// A start-up file of Python (docs.python.org, "site"): beside installed packages, lines of NAME.pth are folders, and lines that begin with
/// `import` are run whenever Python starts. A model's file of that name is no text.
bool is_startup_file(const Source& source);

/// The path of the file itself: within its archive, or on disk.
inline std::string_view path_within(const Source& source) { return source.member.empty() ? std::string_view(source.path) : std::string_view(source.member); }

}  // namespace stormwatch::collect
