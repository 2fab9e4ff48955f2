// SPDX-License-Identifier: Apache-2.0
// What a model decides, told from the names of its classes or from its own name: ModelFacts::role.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stormwatch {

/// content-filter, security-decision, fraud-decision, identity-decision, or "" when nothing says so. More than 64 classes are a
/// catalogue of things, not a decision.
std::string_view role_of_labels(std::span<const std::string> labels);
/// From whole words of a name ("org/phishing-email-detector", "fraud_model.pkl", "omni-moderation-latest").
std::string_view role_of_name(std::string_view name);
/// A face or a voice comes through a camera or a microphone before which anyone can stand.
bool judges_a_person(std::string_view name);

}  // namespace stormwatch
