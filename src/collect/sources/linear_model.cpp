// SPDX-License-Identifier: Apache-2.0
// Small native models whose readers trust their counts and offsets: LIBSVM and LIBLINEAR (text), CRFsuite (chunks with offsets),
// Vowpal Wabbit (a header with the options that are applied again when the model is loaded).
#include <array>
#include <charconv>
#include <cmath>

#include "collect/collector.h"
#include "collect/metadata_text.h"
#include "format/value_stream.h"

namespace stormwatch::collect {
namespace {

using format::ContentKind;

enum class Form : std::uint8_t { none, libsvm, liblinear, crfsuite, vowpal };

std::string_view version_of_vowpal(std::string_view head) {
  if (head.size() < 16) return {};
  const std::uint32_t length = *ByteCursor(as_bytes(head)).u32();
  if (length < 4 || length > 16 || head.size() < 4 + length || head[4 + length - 1] != '\0') return {};
  const std::string_view version = head.substr(4, length - 1);
  for (char c : version)
    if ((c < '0' || c > '9') && c != '.') return {};
  return version.find('.') != std::string_view::npos && version.front() != '.' ? version : std::string_view{};
}

Form form_of(const Source& source) {
  const std::string_view head = as_text(source.bytes).substr(0, 4096);
  if (format::is_text(source.kind)) {
    if (head.starts_with("svm_type ") && head.find("\nkernel_type ") != std::string_view::npos) return Form::libsvm;
    return head.starts_with("solver_type ") && head.find("\nnr_class ") != std::string_view::npos ? Form::liblinear : Form::none;
  }
  if (source.kind != ContentKind::binary && source.kind != ContentKind::protobuf) return Form::none;
  if (head.starts_with("lCRF") && head.size() >= 48 && (head.substr(8, 4) == "FOMC" || head.substr(8, 4) == "FoMC")) return Form::crfsuite;
  return version_of_vowpal(head).empty() ? Form::none : Form::vowpal;
}

bool wants(const Source& source) { return form_of(source) != Form::none; }

double number_of(std::string_view text) {
  double value = NAN;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Key and numbers a line until "SV" or "w"; then one line a support vector or weight.
void read_lines(const Source& source, std::string_view text, Form form, Observation& observation, Asset& asset) {
  double stated = NAN, classes = NAN, features = NAN;
  std::uint64_t lines = 0;
  bool body = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n', 0), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (body) {
      lines += !line.empty();
      continue;
    }
    if (line == "SV" || line == "w") {
      body = true;
      continue;
    }
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, space), value = line.substr(space + 1);
    if (key == "total_sv") stated = number_of(value);
    else if (key == "nr_class") classes = number_of(value);
    else if (key == "nr_feature") features = number_of(value);
    else if (key == "svm_type" || key == "solver_type") std::get<ModelFacts>(asset.facts).architecture = excerpt_of(value, 40);
    if (key != "rho" && key != "label" && key != "nr_sv") add_metadata_text(source, key, value, -1, observation, asset);
  }
  const std::string_view name = form == Form::libsvm ? "libsvm" : "liblinear";
  if (classes > 1e6 || classes < 0) add_malformed(source, name, "count", "nr_class is " + std::to_string(classes), -1, observation, asset);
  if (form == Form::libsvm && stated != static_cast<double>(lines)) add_malformed(source, name, "count", "total_sv is " + format::whole_text(stated) + ", there are " + std::to_string(lines) + " vectors", -1, observation, asset);
  if (form == Form::liblinear && std::isfinite(features) && (features < 0 || features > static_cast<double>(lines) + 1)) add_malformed(source, name, "count", "nr_feature is more than the " + std::to_string(lines) + " lines of weights", -1, observation, asset);
}

void read_crfsuite(const Source& source, Observation& observation, Asset& asset) {
  ByteCursor cursor(source.bytes, 4);
  const std::uint32_t size = *cursor.u32();
  if (size > source.bytes.size()) add_malformed(source, "crfsuite", "length", "the header says " + std::to_string(size) + " bytes, there are " + std::to_string(source.bytes.size()), 4, observation, asset);
  cursor.take(4 + 4 + 4 + 4 + 4);  // type, version, features, labels, attributes
  static constexpr std::array<std::string_view, 5> kChunks{"features", "labels", "attributes", "label references", "attribute references"};
  for (std::string_view chunk : kChunks) {
    const auto offset = cursor.u32();
    if (!offset || *offset + 12ULL > source.bytes.size()) {
      add_malformed(source, "crfsuite", "out-of-range", "the chunk of " + std::string(chunk) + " begins outside the file", 32, observation, asset);
      return;
    }
    const std::uint32_t length = *ByteCursor(source.bytes, *offset + 4).u32();
    if (*offset + static_cast<std::uint64_t>(length) > source.bytes.size()) add_malformed(source, "crfsuite", "length", "the chunk of " + std::string(chunk) + " passes the end", *offset, observation, asset);
  }
}

/// The options stand as text in the header; they are found as the run of words that begins with "--" or " --".
void read_vowpal(const Source& source, Observation& observation, Asset& asset) {
  const std::string_view head = as_text(source.bytes).substr(0, 64 << 10);
  std::get<ModelFacts>(asset.facts).architecture = "vowpal-wabbit " + std::string(version_of_vowpal(head));
  for (std::size_t at = head.find("--"); at != std::string_view::npos; at = head.find("--", at)) {
    std::size_t end = at;
    while (end < head.size() && head[end] >= ' ' && head[end] <= '~') ++end;
    const std::string_view options = head.substr(at, end - at);
    if (options.size() >= 6) {
      add_metadata_text(source, "options", options, static_cast<std::int64_t>(at), observation, asset);
      for (std::string_view option : {"--final_regressor", "--cache_file", "--invert_hash", "--readable_model", "--predictions", "--raw_predictions", "--initial_regressor", "--feature_mask", "--data", "--dictionary"})
        if (const std::size_t found = options.find(option); found != std::string_view::npos) {
          const std::string_view value = options.substr(std::min(options.size(), found + option.size() + 1), 200);
          const bool leaves = value.starts_with("/") || value.find("..") != std::string_view::npos;
          add_sighting(source, observation, asset,
                       sighting_at(source, "external-data", std::string(value.substr(0, value.find(' '))), (leaves ? "leaves the model: option " : "option ") + std::string(option) + " is applied when the model is loaded", static_cast<std::int64_t>(at)));
        }
    }
    at = end + 1;
  }
}

Result<Observation> read(const Source& source) {
  Observation observation;
  const Form form = form_of(source);
  Asset asset = model_asset(source, form == Form::libsvm ? "libsvm" : form == Form::liblinear ? "liblinear" : form == Form::crfsuite ? "crfsuite" : "vowpal-wabbit");
  std::get<ModelFacts>(asset.facts).executes_code_on_load = false;
  if (form == Form::crfsuite) read_crfsuite(source, observation, asset);
  else if (form == Form::vowpal) read_vowpal(source, observation, asset);
  else read_lines(source, source.text.empty() ? as_text(source.bytes) : source.text, form, observation, asset);
  observation.add(std::move(asset));
  return observation;
}

constexpr FormatRow kFormats[] = {
    {"libsvm", "the lines svm_type and kernel_type", {"model-header-malformed"}},
    {"liblinear", "the lines solver_type and nr_class", {"model-header-malformed"}},
    {"crfsuite", "the letters lCRF and FOMC", {"model-header-malformed"}},
    {"vowpal-wabbit", "a version with its length before it", {"model-external-data", "model-embedded-code"}},
};

}  // namespace

extern const Collector linear_model;
const Collector linear_model{.name = "linear-model", .wants = wants, .read = read, .formats = kFormats};

}  // namespace stormwatch::collect
