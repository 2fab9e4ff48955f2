// SPDX-License-Identifier: Apache-2.0
// Under which package a module that source code imports is installed: "PIL" is the distribution pillow.
//
// For Python from a table of public facts (the distributions' own documentation), else the rule that nearly all follow: the name with '_'
// for '-', and for namespaces ("google.cloud.storage") the parts joined by '-'. A module may be brought by several distributions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::format {

/// Packages of the ecosystem that may bring the module, as registries compare names, likeliest first; never empty for a module that has a
/// name. Go, Maven, NuGet: all that the path or name may belong to ("a.b" of "a.b.c").
std::vector<std::string> packages_of_module(std::string_view ecosystem, std::string_view module);

/// That the module name of the package is known and that code which uses it imports it: not so for drivers, plugins, and programs
/// that are started. Only then does the absence of an import say something.
bool is_used_by_import(std::string_view ecosystem, std::string_view package);

}  // namespace stormwatch::format
