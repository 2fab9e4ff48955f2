// SPDX-License-Identifier: Apache-2.0
#include "collect/template_sightings.h"

#include "format/chat_template.h"

namespace stormwatch::collect {

void add_template(const Source& source, std::string_view text, std::int64_t offset, std::uint32_t line, Observation& observation, Asset& asset) {
  for (const format::TemplateRisk& risk : format::read_chat_template(text)) {
    Sighting sighting = sighting_at(source, "template-risk", risk.what, risk.detail, offset < 0 ? -1 : offset + static_cast<std::int64_t>(risk.offset));
    sighting.place.line = line;
    add_sighting(source, observation, asset, std::move(sighting));
  }
}

void add_metadata_urls(const Source& source, std::string_view key, std::string_view value, std::int64_t offset, Observation& observation, Asset& asset) {
  int found = 0;
  for (std::size_t at = value.find("://"); at != std::string_view::npos && found < 8; at = value.find("://", at + 3)) {
    std::size_t start = at;
    while (start > 0 && value[start - 1] >= 'a' && value[start - 1] <= 'z') --start;
    if (start == at) continue;
    std::size_t end = value.find_first_of(" \t\r\n\"'<>)\\", at);
    std::string url(value.substr(start, (end == std::string_view::npos ? value.size() : end) - start));
    if (url.size() > 300) url.resize(300);
    add_sighting(source, observation, asset, sighting_at(source, "metadata-url", url, "metadata " + std::string(key.substr(0, 80)), offset));
    ++found;
  }
}

}  // namespace stormwatch::collect
