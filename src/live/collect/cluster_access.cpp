// SPDX-License-Identifier: Apache-2.0
#include "live/collect/cluster_access.h"

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "format/document.h"
#include "format/pickle_text.h"

namespace stormwatch::live {
namespace {

// A file that the kubeconfig names is beside it unless its path is whole.
Result<std::string> data_or_file(const Node& part, const std::string& key, const std::string& folder) {
  if (const Node* data = part.find(key + "-data"); data && data->is_scalar() && !data->scalar.empty()) {
    auto decoded = format::pickle::base64_bytes(data->scalar);
    if (!decoded) return failure("is no base64", key + "-data");
    return std::move(*decoded);
  }
  const std::string_view path = part.text(key);
  if (path.empty()) return std::string();
  return read_text(path.starts_with('/') ? std::string(path) : folder + "/" + std::string(path), 1U << 20);
}

const Node* named(const Node& root, std::string_view list, std::string_view name, std::string_view inner) {
  const Node* rows = root.find(list);
  if (!rows) return nullptr;
  const auto row = std::ranges::find_if(rows->items, [&](const Node& one) { return one.text("name") == name; });
  return row == rows->items.end() ? nullptr : row->find(inner);
}

Result<void> put_user(const Node& user, const std::string& folder, ClusterAccess& access) {
  access.token = user.text("token");
  access.user = user.text("username");
  access.password = user.text("password");
  if (const std::string_view file = user.text("tokenFile"); access.token.empty() && !file.empty()) {
    Result<std::string> token = read_text(std::string(file), 1U << 20);
    if (!token) return std::unexpected(token.error());
    access.token = token->substr(0, token->find_last_not_of(" \r\n") + 1);
  }
  for (const auto& [key, into] : {std::pair{"client-certificate", &access.certificate_pem}, std::pair{"client-key", &access.key_pem}}) {
    Result<std::string> pem = data_or_file(user, key, folder);
    if (!pem) return std::unexpected(pem.error());
    *into = std::move(*pem);
  }
  const bool knows = !access.token.empty() || !access.user.empty() || !access.key_pem.empty();
  for (const char* program : {"exec", "auth-provider"})
    if (!knows && user.find(program)) return failure("the user's token comes from a program (" + std::string(program) + "), which is not run", "kubeconfig", "", "a token: --token-env NAME");
  return {};
}

}  // namespace

Result<ClusterAccess> cluster_of_kubeconfig(const std::string& given, const std::string& context, bool has_token) {
  const char* variable = std::getenv("KUBECONFIG");
  const char* home = std::getenv("HOME");
  std::string path = given;
  if (path.empty() && variable) path = std::string(variable).substr(0, std::string_view(variable).find(':'));
  if (path.empty()) path = std::string(home ? home : "") + "/.kube/config";
  const Result<std::string> text = read_text(path, 4U << 20);
  if (!text) return std::unexpected(text.error());
  const Result<std::vector<Node>> documents = format::parse_yaml(*text, {});
  if (!documents || documents->empty()) return failure("is no kubeconfig", path);
  const Node& root = documents->front();
  const std::string folder = path.substr(0, path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  ClusterAccess access;
  access.name = context.empty() ? std::string(root.text("current-context")) : context;
  const Node* chosen = named(root, "contexts", access.name, "context");
  if (!chosen) return failure("has no context '" + access.name + "'", path, "", "--context NAME");
  const Node* cluster = named(root, "clusters", chosen->text("cluster"), "cluster");
  if (!cluster) return failure("has no cluster '" + std::string(chosen->text("cluster")) + "'", path);
  access.server = cluster->text("server");
  while (access.server.ends_with('/')) access.server.pop_back();
  if (cluster->text("insecure-skip-tls-verify") == "true") return failure("turns off the check of the server's certificate, which is not done", path, "", "certificate-authority-data");
  Result<std::string> ca = data_or_file(*cluster, "certificate-authority", folder);
  if (!ca) return std::unexpected(ca.error());
  access.ca_pem = std::move(*ca);
  if (has_token) return access;
  if (const Node* user = named(root, "users", chosen->text("user"), "user"))
    if (Result<void> put = put_user(*user, folder, access); !put) return std::unexpected(put.error());
  return access;
}

Result<ClusterAccess> cluster_of_pod(const std::string& folder) {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (!host || !*host) return failure("this is no pod", "", "", "KUBERNETES_SERVICE_HOST, as clusters set it");
  Result<std::string> token = read_text(folder + "/token", 1U << 20), ca = read_text(folder + "/ca.crt", 1U << 20);
  if (!token) return std::unexpected(token.error());
  if (!ca) return std::unexpected(ca.error());
  ClusterAccess access;
  const std::string name = host;
  access.server = "https://" + (name.find(':') == std::string::npos ? name : "[" + name + "]") + ":" + (port && *port ? port : "443");
  access.name = "in-cluster";
  access.token = token->substr(0, token->find_last_not_of(" \r\n") + 1);
  access.ca_pem = std::move(*ca);
  return access;
}

Result<void> ClusterAuthority::prove(HttpRequest& request, const CalledService&, const std::string&) {
  if (!access_.token.empty()) request.headers.push_back("Authorization: Bearer " + access_.token);
  else if (!access_.user.empty()) request.user_password = access_.user + ":" + access_.password;
  return {};
}

void ClusterAuthority::protect(HttpRequest& request) const {
  request.ca_pem = access_.ca_pem;
  request.certificate_pem = access_.certificate_pem;
  request.key_pem = access_.key_pem;
}

}  // namespace stormwatch::live
