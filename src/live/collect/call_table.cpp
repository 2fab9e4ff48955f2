// SPDX-License-Identifier: Apache-2.0
#include "live/collect/call_table.h"

#include <algorithm>
#include <array>

#include "base/embedded.h"
#include "format/content_document.h"

namespace stormwatch::embedded {
extern const EmbeddedFile calls[];
extern const std::size_t calls_count;
}  // namespace stormwatch::embedded

namespace stormwatch::live {
namespace {

using Speaks = CalledService::Speaks;

std::unexpected<Error> wrong(const std::string& file, const Node& node, std::string what, std::string expected) {
  return failure(std::move(what), file, "line " + std::to_string(node.line), std::move(expected));
}

// Operations that only read, by the words with which the interfaces themselves begin them.
bool reads(const Call& call, std::string_view platform) {
  const auto begins = [&](auto... words) { return (call.operation.starts_with(words) || ...); };
  if (platform == "aws") return begins("Get", "List", "Describe") && (call.method.empty() || call.method == "GET" || call.method == "POST");
  // Elsewhere the method tells; the one POST that reads is a query of Resource Graph.
  if (call.method == "POST") return call.operation == "query" && call.path.starts_with("/providers/Microsoft.ResourceGraph/resources?");
  return (call.operation == "list" || call.operation == "get") && (call.method.empty() || call.method == "GET");
}

Result<void> put_member(Call& call, const Node::Member& member, const std::string& file);

Result<Call> read_call(const Node& node, const Call* outer, const std::string& file, std::string_view platform, int depth) {
  Call call;
  if (outer) call.service = outer->service;
  if (!node.is_map() || depth > 4) return wrong(file, node, "no call", "a map");
  for (const Node::Member& member : node.members) {
    if (member.key == "then") {
      for (const Node& inner : member.value.items) {
        Result<Call> read = read_call(inner, &call, file, platform, depth + 1);
        if (!read) return read;
        call.then.push_back(std::move(*read));
      }
    } else if (Result<void> put = put_member(call, member, file); !put) return std::unexpected(put.error());
  }
  if (!reads(call, platform)) return wrong(file, node, "the call '" + call.operation + "' may write", "Get, List, Describe, or a GET");
  return call;
}

Result<void> put_member(Call& call, const Node::Member& member, const std::string& file) {
  const Node& value = member.value;
  struct Text {
    std::string_view key;
    std::string Call::* field;
  };
  static constexpr std::array<Text, 12> kTexts{{{"name", &Call::name}, {"service", &Call::service}, {"operation", &Call::operation}, {"method", &Call::method}, {"path", &Call::path}, {"accept", &Call::accept},
                                               {"items", &Call::items}, {"kind", &Call::kind}, {"called", &Call::called}, {"take", &Call::take}, {"as", &Call::as}, {"needs", &Call::needs}}};
  if (const auto text = std::ranges::find(kTexts, std::string_view(member.key), &Text::key); text != kTexts.end()) call.*(text->field) = value.scalar;
  else if (member.key == "with") call.with = value;
  else if (member.key == "once") call.once = value.as_bool() == true;
  else if (member.key == "silent") call.silent = value.as_bool() == true;
  else if (member.key == "paged") call.paged_in_query = value.scalar == "query";
  else if (member.key == "keeps") call.names_only = value.scalar == "names";
  else if (member.key == "none")
    for (const Node& one : value.items) call.none.push_back(one.scalar);
  else if (member.key == "page" && value.items.size() == 2) call.page_from = value.items[0].scalar, call.page_to = value.items[1].scalar;
  else return wrong(file, value, "unknown key '" + member.key + "' of a call", "a key of calls/aws.yaml");
  return {};
}

Result<CalledService> read_service(const Node::Member& member, const std::string& file) {
  CalledService service;
  service.name = member.key;
  for (const Node::Member& part : member.value.members) {
    if (part.key == "host") service.host = part.value.scalar;
    else if (part.key == "signs") service.signs = part.value.scalar;
    else if (part.key == "target") service.target = part.value.scalar;
    else if (part.key == "version") service.version = part.value.scalar;
    else if (part.key == "region") service.region = part.value.scalar;
    else if (part.key == "speaks" && part.value.scalar == "json") service.speaks = Speaks::json;
    else if (part.key == "speaks" && part.value.scalar == "query") service.speaks = Speaks::query;
    else if (part.key == "speaks" && part.value.scalar == "xml") service.speaks = Speaks::xml;
    else if (part.key != "speaks" || part.value.scalar != "rest") return wrong(file, part.value, "unknown key '" + part.key + "' of a service", "host, signs, speaks, target, version, region");
  }
  if (service.host.empty()) return wrong(file, member.value, "a service without a host", "host");
  return service;
}

Result<void> add_calls(const Node& list, std::vector<Call>& into, const std::string& file, CallTable& table) {
  const Node* one = &list;
  for (std::size_t i = 0; i < (list.is_list() ? list.items.size() : 1U); ++i) {
    if (list.is_list()) one = &list.items[i];
    Result<Call> call = read_call(*one, nullptr, file, table.platform, 0);
    if (!call) return std::unexpected(call.error());
    if (!table.service(call->service)) return wrong(file, *one, "unknown service '" + call->service + "'", "one of `services`");
    into.push_back(std::move(*call));
  }
  return {};
}

}  // namespace

const CalledService* CallTable::service(std::string_view name) const {
  const auto found = std::ranges::find(services, name, &CalledService::name);
  return found == services.end() ? nullptr : &*found;
}

Result<CallTable> read_calls(std::string_view yaml, const std::string& file) {
  const Result<std::vector<Node>> documents = format::read_content(yaml, file);
  if (!documents) return std::unexpected(documents.error());
  if (documents->size() != 1) return failure("no table of calls", file, "", "one document");
  CallTable table;
  const Node& root = documents->front();
  table.platform = root.text("platform");
  if (const Node* services = root.find("services"))
    for (const Node::Member& member : services->members) {
      Result<CalledService> service = read_service(member, file);
      if (!service) return std::unexpected(service.error());
      table.services.push_back(std::move(*service));
    }
  for (const auto& [key, into] : {std::pair{"calls", &table.calls}, std::pair{"identity", &table.identity}, std::pair{"scopes", &table.scopes}})
    if (const Node* list = root.find(key))
      if (Result<void> added = add_calls(*list, *into, file, table); !added) return std::unexpected(added.error());
  return table;
}

Result<CallTable> load_calls(std::string_view platform) {
  for (std::size_t i = 0; i < embedded::calls_count; ++i)
    if (std::string_view(embedded::calls[i].path) == std::string(platform) + ".yaml") return read_calls(embedded::calls[i].text(), "calls/" + std::string(platform) + ".yaml");
  return failure("no calls for '" + std::string(platform) + "'", "", "", "aws, azure, gcp or kubernetes");
}

}  // namespace stormwatch::live
