// SPDX-License-Identifier: Apache-2.0
#include "collect/client_catalog.h"

#include <algorithm>
#include <map>

#include "base/embedded.h"
#include "format/content_document.h"

namespace stormwatch::embedded {
extern const EmbeddedFile clients[];
extern const std::size_t clients_count;
}  // namespace stormwatch::embedded

namespace stormwatch::collect {
namespace {

Node document_or_nothing(std::string_view name) {
  Result<Node> document = client_document(name);
  return document ? std::move(*document) : Node{};
}

/// '*' is anything but '/'.
bool ends_with_pattern(std::string_view path, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos)
    return path.ends_with(pattern) && (path.size() == pattern.size() || path[path.size() - pattern.size() - 1] == '/');
  const std::string_view head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  if (!path.ends_with(tail)) return false;
  const std::string_view front = path.substr(0, path.size() - tail.size());
  const std::size_t slash = front.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? std::string_view{} : front.substr(0, slash + 1);
  return head.empty() || (folder.ends_with(head) && (folder.size() == head.size() || folder[folder.size() - head.size() - 1] == '/'));
}

}  // namespace

Result<Node> client_document(std::string_view name) {
  for (std::size_t i = 0; i < embedded::clients_count; ++i) {
    if (embedded::clients[i].path != name) continue;
    auto documents = format::read_content(embedded::clients[i].text(), name);
    if (!documents) return std::unexpected(documents.error());
    if (!documents->empty()) return std::move(documents->front());
  }
  return failure("no such file of clients", std::string(name));
}

const std::vector<ClientPlace>& known_clients() {
  static const std::vector<ClientPlace> all = [] {
    std::vector<ClientPlace> read;
    const Node root = document_or_nothing("clients.yaml");
    const Node* list = root.find("clients");
    if (!list) return read;
    for (const Node& item : list->items) {
      ClientPlace place{std::string(item.text("product")), std::string(item.text("scope")), {}, {}};
      for (const auto& [key, into] : {std::pair{"paths", &place.paths}, {"keys", &place.keys}})
        if (const Node* texts = item.find(key))
          for (const Node& text : texts->items) into->push_back(text.scalar);
      read.push_back(std::move(place));
    }
    return read;
  }();
  return all;
}

const ClientPlace* client_of(std::string_view path) {
  const ClientPlace* nearest = nullptr;
  std::size_t most = 0;
  for (const ClientPlace& client : known_clients())
    for (const std::string& end : client.paths)
      if (end.size() > most && ends_with_pattern(path, end)) nearest = &client, most = end.size();
  return nearest;
}

const std::vector<KnownTool>& tools_of_package(std::string_view package) {
  static const std::map<std::string, std::vector<KnownTool>, std::less<>> all = [] {
    std::map<std::string, std::vector<KnownTool>, std::less<>> read;
    const Node root = document_or_nothing("known_packages.yaml");
    if (const Node* list = root.find("tools"))
      for (const Node& item : list->items) {
        std::vector<KnownTool>& tools = read[std::string(item.text("package"))];
        if (const Node* named = item.find("tools"))
          for (const Node& tool : named->items) {
            KnownTool known{std::string(tool.text("name")), {}};
            if (const Node* can = tool.find("can"))
              for (const Node& word : can->items) known.capabilities.push_back(word.scalar);
            std::ranges::sort(known.capabilities);
            tools.push_back(std::move(known));
          }
      }
    return read;
  }();
  static const std::vector<KnownTool> none;
  const auto at = all.find(package);
  return at == all.end() ? none : at->second;
}

}  // namespace stormwatch::collect
