// SPDX-License-Identifier: Apache-2.0
// Which attributes of a resource some rule of the executable reads: what a difference may be worth telling for.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace stormwatch::detect {

/// Paths below `configuration`, by type of resource ("aws_s3_bucket"); under "" those of rules that name no type, which are about
/// workloads.
using RuleAttributes = std::map<std::string, std::set<std::string>, std::less<>>;
/// Read once; safe from several threads.
const RuleAttributes& rule_attributes();

}  // namespace stormwatch::detect
