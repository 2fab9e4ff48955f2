// SPDX-License-Identifier: Apache-2.0
#include "live/service_prints.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/text.h"
#include "format/content_document.h"

namespace stormwatch::embedded {
extern const EmbeddedFile service_files[];
extern const std::size_t service_files_count;
}  // namespace stormwatch::embedded

namespace stormwatch::live {
namespace {

std::unexpected<Error> wrong(const std::string& file, const Node& node, std::string what, std::string expected) {
  return failure(std::move(what), file, "line " + std::to_string(node.line), std::move(expected));
}

Result<ServicePattern> pattern_of(const Node& node, const std::string& file) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto pattern = std::make_shared<const re2::RE2>(node.scalar, options);
  if (node.scalar.empty() || !pattern->ok()) return wrong(file, node, "'" + node.scalar + "' is no expression", "a regular expression of RE2");
  return pattern;
}

Result<std::string> path_of(const Node& node, const std::string& file) {
  if (!node.scalar.starts_with('/') || node.scalar.find_first_of(" \r\n#") != std::string::npos) return wrong(file, node, "path '" + node.scalar + "'", "/PATH");
  return node.scalar;
}

// A word, a list of words, or a map of word to expression.
Result<std::vector<ServiceSign::Named>> named_of(const Node& node, const std::string& file) {
  std::vector<ServiceSign::Named> all;
  if (node.is_scalar()) all.push_back({node.scalar, nullptr});
  for (const Node& item : node.items) all.push_back({item.scalar, nullptr});
  for (const Node::Member& member : node.members) {
    Result<ServicePattern> pattern = pattern_of(member.value, file);
    if (!pattern) return std::unexpected(pattern.error());
    all.push_back({member.key, std::move(*pattern)});
  }
  if (all.empty()) return wrong(file, node, "nothing is asked for", "a name, a list of names, or {NAME: EXPRESSION}");
  return all;
}

template <class T>
Result<void> take(Result<T> from, T& into) {
  if (!from) return std::unexpected(from.error());
  into = std::move(*from);
  return {};
}

Result<ServiceSign> sign_of(const Node& node, const std::string& file) {
  ServiceSign sign;
  for (const Node::Member& member : node.members) {
    const Node& value = member.value;
    Result<void> read;
    if (member.key == "path") read = take(path_of(value, file), sign.path);
    else if (member.key == "json") read = take(named_of(value, file), sign.json);
    else if (member.key == "header") read = take(named_of(value, file), sign.headers);
    else if (member.key == "body") read = take(pattern_of(value, file), sign.body);
    else if (member.key == "status") sign.status = static_cast<long>(value.as_number().value_or(0));
    else if (member.key == "sure") sign.sure = value.as_bool().value_or(false);
    else return wrong(file, value, "unknown key '" + member.key + "'", "path, status, json, header, body, sure");
    if (!read) return std::unexpected(read.error());
  }
  if (sign.path.empty() || (sign.json.empty() && sign.headers.empty() && !sign.body)) return wrong(file, node, "a sign that shows nothing", "path, and json, header or body");
  return sign;
}

Result<ServiceVersion> version_of(const Node& node, const std::string& file) {
  ServiceVersion version;
  version.json = node.text("json");
  version.header = node.text("header");
  if (const Node* path = node.find("path")) {
    if (Result<void> read = take(path_of(*path, file), version.path); !read) return std::unexpected(read.error());
  }
  for (const auto& [key, into] : {std::pair{"pattern", &version.pattern}, std::pair{"base64", &version.base64}})
    if (const Node* pattern = node.find(key))
      if (Result<void> read = take(pattern_of(*pattern, file), *into); !read) return std::unexpected(read.error());
  if (version.path.empty() || (version.json.empty() && version.header.empty() && !version.pattern)) return wrong(file, node, "no place of a version", "path, and json, header or pattern");
  return version;
}

std::vector<long> numbers_of(const Node& list) {
  std::vector<long> numbers;
  for (const Node& item : list.items) numbers.push_back(static_cast<long>(item.as_number().value_or(0)));
  return numbers;
}

template <class T>
Result<void> read_each(const Node& list, const std::string& file, Result<T> (*read)(const Node&, const std::string&), std::vector<T>& into) {
  for (const Node& item : list.items) {
    Result<T> one = read(item, file);
    if (!one) return std::unexpected(one.error());
    into.push_back(std::move(*one));
  }
  return {};
}

Result<void> read_routes(const Node& classes, const std::string& file, std::vector<ServiceRoutes>& into) {
  for (const Node::Member& kind : classes.members) {
    if (!one_of(kind.key, {"inference", "read", "administration", "code"})) return wrong(file, kind.value, "unknown class '" + kind.key + "'", "inference, read, administration or code");
    ServiceRoutes routes{kind.key, {}};
    if (Result<void> read = read_each(kind.value, file, path_of, routes.paths); !read) return read;
    into.push_back(std::move(routes));
  }
  return {};
}

Result<void> read_part(std::string_view key, const Node& value, const std::string& file, ServicePrint& into) {
  if (key == "signs") return read_each(value, file, sign_of, into.signs);
  if (key == "unclaimed") return read_each(value, file, sign_of, into.unclaimed);
  if (key == "versions") return read_each(value, file, version_of, into.versions);
  if (key == "routes") return read_routes(value, file, into.routes);
  if (key == "let_through") {
    into.let_through = numbers_of(value);
    const bool sound = value.is_list() && std::ranges::all_of(into.let_through, [](long status) { return status >= 400 && status < 500 && status != 401 && status != 403; });
    return sound ? Result<void>() : wrong(file, value, "let_through", "a list of statuses from 400 to 499, without 401 and 403");
  }
  if (key == "family") {
    const std::optional<bool> family = value.as_bool();
    if (!family) return wrong(file, value, "family", "true or false");
    into.family = *family;
    return {};
  }
  if (key == "note" || key == "source") return {};
  return wrong(file, value, "unknown key '" + std::string(key) + "'", "signs, versions, routes, let_through, unclaimed, family, source, note");
}

}  // namespace

Result<std::optional<ServicePrint>> read_service_print(const Node& root, const std::string& file) {
  const Node* http = root.find("http");
  if (!http) return std::nullopt;
  ServicePrint print;
  print.product = root.text("product");
  print.title = root.text("title", print.product);
  if (const Node* flag = root.find("code_execution")) print.code_execution = flag->as_bool().value_or(false);
  if (const Node* ports = root.find("ports")) print.ports = numbers_of(*ports);
  for (const Node::Member& member : http->members)
    if (Result<void> read = read_part(member.key, member.value, file, print); !read) return std::unexpected(read.error());
  if (print.signs.empty()) return wrong(file, *http, "no signs", "signs: [...]");
  return print;
}

const Result<std::vector<ServicePrint>>& service_prints() {
  static const Result<std::vector<ServicePrint>> all = []() -> Result<std::vector<ServicePrint>> {
    std::vector<ServicePrint> prints;
    for (std::size_t i = 0; i < embedded::service_files_count; ++i) {
      const EmbeddedFile& file = embedded::service_files[i];
      const std::string name = "services/" + std::string(file.path);
      if (!name.ends_with(".yaml")) continue;
      const auto documents = format::read_content(file.text(), name);
      if (!documents) return std::unexpected(documents.error());
      for (const Node& root : *documents) {
        auto print = read_service_print(root, name);
        if (!print) return std::unexpected(print.error());
        if (*print) prints.push_back(std::move(**print));
      }
    }
    return prints;
  }();
  return all;
}

}  // namespace stormwatch::live
