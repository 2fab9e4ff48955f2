// SPDX-License-Identifier: Apache-2.0
#include "live/collect/collection.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "format/document.h"
#include "live/canonical_json.h"
#include "live/collect/listing.h"

namespace stormwatch::live {
namespace {

constexpr std::string_view kState = "/collection.json";
constexpr std::string_view kMark = "stormwatch.collection";

std::string file_name(std::string_view platform, const std::string& name, const std::string& scope) {
  std::string text = std::string(platform) + "-" + name + (scope.empty() ? "" : "." + scope) + ".json";
  for (char& c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_')) c = '_';
  return text;
}

}  // namespace

Result<Collection> Collection::open(const std::string& folder, const std::string& platform, const std::string& owner, bool resume) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return failure("cannot make the folder: " + error.message(), folder);
  ::chmod(folder.c_str(), 0700);
  Collection collection(folder, platform, owner);
  if (!std::filesystem::exists(folder + std::string(kState))) return collection;
  if (!resume) return failure("holds a collection already", folder, "", "--resume, or another folder");
  if (Result<void> read = collection.read_state(); !read) return std::unexpected(read.error());
  return collection;
}

Result<void> Collection::read_state() {
  const std::string path = folder_ + std::string(kState);
  const Result<std::string> text = read_text(path, 16U << 20);
  if (!text) return std::unexpected(text.error());
  const Result<Node> state = format::parse_json(*text, {});
  if (!state || !state->find(kMark)) return failure("no state of a collection", path, "", "what collect wrote");
  if (state->text("platform") != platform_ || state->text("owner") != owner_)
    return failure("holds a collection of " + std::string(state->text("platform")) + " " + std::string(state->text("owner")), folder_, "", "one of " + platform_ + " " + owner_ + ", or another folder");
  const Node* listings = state->find("listings");
  for (const Node& one : listings ? listings->items : std::vector<Node>{}) {
    CollectedListing listing{std::string(one.text("name")), std::string(one.text("scope")), std::string(one.text("file")), one.text("whole") == "true", static_cast<std::size_t>(one.find("items") ? one.find("items")->as_number().value_or(0) : 0)};
    // Only a name of ours, and only a file that is still there.
    if (listing.whole && listing.file == file_name(platform_, listing.name, listing.scope) && std::filesystem::exists(folder_ + "/" + listing.file)) listings_.push_back(std::move(listing));
  }
  // Gaps of listings that are not asked for again stay.
  const Node* gaps = state->find("gaps");
  for (const Node& gap : gaps ? gaps->items : std::vector<Node>{})
    gaps_[{std::string(gap.text("listing")), std::string(gap.text("reason")), std::string(gap.text("detail"))}] = static_cast<std::size_t>(gap.find("times") ? gap.find("times")->as_number().value_or(1) : 1);
  return {};
}

bool Collection::has_whole(const std::string& name, const std::string& scope) const {
  return std::ranges::any_of(listings_, [&](const CollectedListing& one) { return one.whole && one.name == name && one.scope == scope; });
}

void Collection::miss(const std::string& listing, const std::string& reason, const std::string& detail) { ++gaps_[{listing, reason, detail}]; }

Result<void> Collection::collect(const Call& call, const std::string& scope, CallValues values, Asker& asker) {
  CollectedListing record{call.name, scope, file_name(platform_, call.name, scope), false, 0};
  const std::string shown = call.name + (scope.empty() ? "" : " " + scope);
  std::erase_if(gaps_, [&](const auto& gap) { return std::get<0>(gap.first) == shown; });
  Listing listing(asker, platform_, [&](const std::string& reason, const std::string& detail) { miss(shown, reason, detail); });
  record.whole = listing.run(call, std::move(values));
  record.items = listing.count();
  if (Result<void> written = write_aside(folder_ + "/" + record.file, listing.file(scope)); !written) return written;
  std::erase_if(listings_, [&](const CollectedListing& one) { return one.name == record.name && one.scope == record.scope; });
  listings_.push_back(std::move(record));
  return save();
}

Result<void> Collection::save() const {
  std::string text = "{" + json_string(kMark) + ": 1,\n\"platform\": " + json_string(platform_) + ",\n\"owner\": " + json_string(owner_) + ",\n\"listings\": [";
  for (std::size_t i = 0; i < listings_.size(); ++i) {
    const CollectedListing& one = listings_[i];
    text += (i ? ",\n" : "\n") + std::string("{\"name\": ") + json_string(one.name) + ", \"scope\": " + json_string(one.scope) + ", \"file\": " + json_string(one.file) + ", \"whole\": " + (one.whole ? "true" : "false") +
            ", \"items\": " + std::to_string(one.items) + "}";
  }
  text += "],\n\"gaps\": [";
  bool first = true;
  for (const auto& [gap, times] : gaps_) {
    const auto& [listing, reason, detail] = gap;
    text += (first ? "\n" : ",\n") + std::string("{\"listing\": ") + json_string(listing) + ", \"reason\": " + json_string(reason) + ", \"detail\": " + json_string(detail) + ", \"times\": " + std::to_string(times) + "}";
    first = false;
  }
  return write_aside(folder_ + std::string(kState), text + "]}\n");
}

std::vector<std::string> Collection::gap_lines() const {
  std::vector<std::string> lines;
  for (const auto& [gap, times] : gaps_) {
    const auto& [listing, reason, detail] = gap;
    lines.push_back(listing + ": " + reason + ": " + detail + (times > 1 ? " (" + std::to_string(times) + " times)" : ""));
  }
  return lines;
}

}  // namespace stormwatch::live
