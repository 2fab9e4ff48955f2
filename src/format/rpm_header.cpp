// SPDX-License-Identifier: Apache-2.0
#include "format/rpm_header.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace stormwatch::format {
namespace {

constexpr std::uint32_t kName = 1000, kVersion = 1001, kRelease = 1002, kEpoch = 1003, kVendor = 1011;
constexpr std::uint32_t kInt32 = 4, kString = 6, kI18nString = 9;
constexpr std::uint32_t kMostTags = 1 << 16;
constexpr std::size_t kLongestText = 256;

std::optional<std::uint32_t> number_at(Bytes bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

std::string text_at(Bytes data, std::size_t at) {
  if (at >= data.size()) return {};
  const std::string_view rest = as_text(data.subspan(at));
  const std::size_t end = rest.find('\0');
  return end == std::string_view::npos || end > kLongestText ? std::string() : std::string(rest.substr(0, end));
}

}  // namespace

Result<RpmHeader> read_rpm_header(Bytes header) {
  const auto tags = number_at(header, 0), size = number_at(header, 4);
  if (!tags || !size || *tags == 0 || *tags > kMostTags || header.size() < 8 + std::size_t{*tags} * 16) return failure("no header of a package", "", "offset 0", "a count of tags and their index");
  const Bytes data = header.subspan(8 + std::size_t{*tags} * 16);
  RpmHeader package;
  std::string release;
  std::uint32_t epoch = 0;
  for (std::size_t i = 0; i < *tags; ++i) {
    const std::size_t entry = 8 + i * 16;
    const std::uint32_t tag = *number_at(header, entry), type = *number_at(header, entry + 4), at = *number_at(header, entry + 8);
    const bool is_text = type == kString || type == kI18nString;
    if (tag == kName && is_text) package.name = text_at(data, at);
    else if (tag == kVersion && is_text) package.version = text_at(data, at);
    else if (tag == kRelease && is_text) release = text_at(data, at);
    else if (tag == kVendor && is_text) package.vendor = text_at(data, at);
    else if (tag == kEpoch && type == kInt32) epoch = number_at(data, at).value_or(0);
  }
  if (package.name.empty() || package.version.empty()) return failure("a package without a name or version", "", "", "tags 1000 and 1001");
  if (!release.empty()) package.version += "-" + release;
  if (epoch) package.version.insert(0, std::to_string(epoch) + ":");
  return package;
}

std::string_view rpm_ecosystem(std::string_view vendor) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kVendors{{{"Red Hat", "Red Hat"}, {"Rocky", "Rocky Linux"}, {"AlmaLinux", "AlmaLinux"}, {"openSUSE", "openSUSE"}, {"SUSE", "SUSE"}, {"Mageia", "Mageia"}, {"openEuler", "openEuler"},
                                                                                          {"VMware", "Photon OS"}, {"Fedora", "Fedora"}, {"CentOS", "CentOS"}, {"Amazon", "Amazon Linux"}, {"Microsoft", "Azure Linux"}, {"Oracle", "Oracle Linux"}}};
  const auto known = std::ranges::find_if(kVendors, [&](const auto& one) { return vendor.find(one.first) != std::string_view::npos; });
  return known == kVendors.end() ? std::string_view("RPM") : known->second;
}

}  // namespace stormwatch::format
