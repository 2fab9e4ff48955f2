// SPDX-License-Identifier: Apache-2.0
#include "app/stored_posture.h"

#include <charconv>
#include <filesystem>

#include "base/file.h"
#include "report/json.h"

namespace stormwatch::app {

namespace {

std::optional<std::int64_t> scan_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

bool is_scan_number(const std::string& text) { return scan_number(text).has_value(); }

Result<Posture> read_posture(const std::string& which, const std::optional<store::Store>& kept) {
  const auto number = scan_number(which);
  std::error_code ignored;
  if (number && !kept && !std::filesystem::exists(which, ignored))
    return failure("there is no file " + which, "", "", "a report file, or the number of a stored scan with --store sqlite:///PATH");
  Result<std::string> text = kept && number ? kept->report(*number) : read_text(which, 4ULL << 30);
  if (!text) return std::unexpected(text.error());
  Result<Posture> posture = report::from_json(*text);
  if (!posture) posture.error().where = which;
  return posture;
}

}  // namespace stormwatch::app
