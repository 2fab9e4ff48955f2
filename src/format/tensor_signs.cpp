// SPDX-License-Identifier: Apache-2.0
#include "format/tensor_signs.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace stormwatch::format {

namespace {

constexpr double kGap = 2, kDeviations = 8;
constexpr std::uint64_t kFirstSpecial = 256, kLastSpecial = 128;

std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find_first_of("./", at), name.size());
    parts.push_back(name.substr(at, end - at));
    at = end + 1;
  }
  if (parts.size() > 1 && (parts.back() == "weight" || parts.back() == "kernel")) parts.pop_back();
  return parts;
}

bool is_number(std::string_view text) { return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }); }

bool is_output_word(std::string_view part) {
  static constexpr std::array<std::string_view, 18> kWords{"lm_head", "classifier", "head", "heads", "fc", "logits", "output", "score", "cls", "out", "linear", "last_linear",
                                                           "decoder", "predictions", "output_projection", "embed_out", "qa_outputs", "classification_head"};
  return std::ranges::find(kWords, part) != kWords.end();
}

double median_of(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

}  // namespace

RowRole row_role(std::string_view given, std::span<const std::uint64_t> shape) {
  if (shape.size() != 2) return RowRole::none;
  const std::string name = lower(given);
  const std::vector<std::string_view> parts = parts_of(name);
  const bool in_block = std::ranges::any_of(parts, is_number);
  const auto has = [&](std::string_view word) { return name.find(word) != std::string::npos; };
  if (!in_block && shape[0] >= 1000 && shape[0] >= 2 * shape[1] && (has("embed") || has("wte") || has("word_emb") || has("tok_emb") || has("emb.weight") || has("token_embd")) &&
      !has("pos") && !has("type") && !has("segment") && !has("relative") && !has("lora"))
    return RowRole::token;
  if (shape[0] < 8 || has("lora")) return RowRole::none;
  // Layers within numbered blocks are no last layers; a numbered layer of a classifier may be.
  if (!in_block && is_output_word(parts.back())) return RowRole::output;
  if (in_block && is_output_word(parts.front()) && parts.size() <= 2) return RowRole::output;
  return RowRole::none;
}

AdapterPart adapter_part(std::string_view given, std::span<const std::uint64_t> shape) {
  if (shape.size() != 2) return AdapterPart::none;
  const std::string name = lower(given);
  if (name.find("lora_embedding_a") != std::string::npos) return AdapterPart::columns;
  if (name.find("lora_b") != std::string::npos || name.find("lora_up") != std::string::npos) return AdapterPart::rows;
  return AdapterPart::none;
}

bool adapts_tokens(std::string_view given) {
  const std::string name = lower(given);
  for (const std::string_view word : {"embed", "lm_head", "wte", "word_emb", "tok_emb"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

std::optional<RowOutliers> find_row_outliers(std::span<const float> row_squares, RowRole role) {
  const std::uint64_t count = row_squares.size();
  const bool tokens = role == RowRole::token;
  const std::uint64_t from = tokens ? kFirstSpecial : 0, to = tokens ? count - std::min(count, kLastSpecial) : count;
  std::vector<float> logs;
  std::vector<std::pair<float, std::uint64_t>> largest;  // squares; kept as a small heap with the least on top
  const std::size_t most = tokens ? 8 : std::clamp<std::size_t>(count / 8, 1, 8);
  const auto more = [](const auto& a, const auto& b) { return a.first > b.first; };
  for (std::uint64_t row = 0; row < count; ++row) {
    if (!(row_squares[row] > 0) || !std::isfinite(row_squares[row])) continue;
    logs.push_back(0.5F * std::log(row_squares[row]));
    if (row < from || row >= to) continue;
    if (largest.size() <= most) {
      largest.emplace_back(row_squares[row], row);
      std::ranges::push_heap(largest, more);
    } else if (row_squares[row] > largest.front().first) {
      std::ranges::pop_heap(largest, more);
      largest.back() = {row_squares[row], row};
      std::ranges::push_heap(largest, more);
    }
  }
  if (logs.size() < 8 || largest.size() < 2) return std::nullopt;
  const double median = median_of(logs);
  for (float& value : logs) value = static_cast<float>(std::abs(static_cast<double>(value) - median));
  // Rows of one size, as of a fresh or normalised table, would make every difference large.
  const double deviation = std::max(1.4826 * median_of(logs), 0.02);
  std::ranges::sort(largest, more);
  std::optional<RowOutliers> best;
  double best_gap = kGap;
  for (std::size_t k = 1; k < largest.size(); ++k) {
    const double inner = std::sqrt(static_cast<double>(largest[k - 1].first)), outer = std::sqrt(static_cast<double>(largest[k].first));
    const double deviations = (std::log(inner) - median) / deviation;
    if (inner / outer < best_gap || deviations < kDeviations) continue;
    best_gap = inner / outer;
    best = RowOutliers{{}, std::sqrt(static_cast<double>(largest[0].first)), inner, outer, std::exp(median), deviations};
    for (std::size_t i = 0; i < k; ++i) best->rows.push_back(largest[i].second);
  }
  return best;
}

std::optional<Concentration> concentration_of(std::span<const float> squares) {
  constexpr std::size_t kTop = 4;
  if (squares.size() < 512) return std::nullopt;
  std::vector<std::uint32_t> order(squares.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::partial_sort(order, order.begin() + kTop, [&](std::uint32_t a, std::uint32_t b) { return squares[a] != squares[b] ? squares[a] > squares[b] : a < b; });
  double total = 0, top = 0;
  for (const float square : squares) total += static_cast<double>(square);
  Concentration found;
  found.count = squares.size();
  for (std::size_t i = 0; i < kTop; ++i) {
    top += static_cast<double>(squares[order[i]]);
    found.rows.push_back(order[i]);
  }
  if (!(total > 0) || !std::isfinite(total)) return std::nullopt;
  found.share = top / total;
  return found;
}

}  // namespace stormwatch::format
