// SPDX-License-Identifier: Apache-2.0
// Calls of Bedrock from a region of the European Union through a global inference profile, which may send them to any commercial region.
#include <fmt/format.h>

#include "base/text.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

std::string option_text(const View& v, const Expression& call, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const Index given = v.names.option(call, key); given != kNone)
      if (std::string text = names_string(v, given); !text.empty()) return text;
  return {};
}

/// "global.anthropic.claude-..."; also at the end of an ARN.
bool is_global_profile(std::string_view model) {
  const std::string_view name = last_of(model, '/');
  return name.starts_with("global.") && name.find('.', 7) != std::string_view::npos;
}

}  // namespace

void observe_regions(View& v) {
  std::string region;
  Index used = kNone;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || e.parts.size() < 2) continue;
    if (const std::string given = option_text(v, e, {"region_name", "region", "aws_region", "awsRegion", "regionName"}); given.starts_with("eu-")) region = given;
    if (used == kNone && is_global_profile(option_text(v, e, {"modelId", "model_id", "model", "modelID", "inferenceProfileId"}))) used = i;
  }
  if (region.empty() || used == kNone) return;
  sight(v, "insecure-setting", "model-any-region", fmt::format("a model is called from {} through a global inference profile", region), used);
}

}  // namespace stormwatch::collect
