// SPDX-License-Identifier: Apache-2.0
#include "format/package_url.h"

#include <array>

namespace stormwatch::format {
namespace {

struct Kind {
  std::string_view ecosystem, type;
  std::string_view space;  ///< of system packages: "deb/debian"
};
constexpr std::array kKinds{Kind{"PyPI", "pypi", {}}, Kind{"npm", "npm", {}}, Kind{"Go", "golang", {}}, Kind{"crates.io", "cargo", {}}, Kind{"Maven", "maven", {}}, Kind{"NuGet", "nuget", {}},
                            Kind{"RubyGems", "gem", {}}, Kind{"Packagist", "composer", {}}, Kind{"Debian", "deb", "debian"}, Kind{"Ubuntu", "deb", "ubuntu"}, Kind{"Alpine", "apk", "alpine"},
                            Kind{"Wolfi", "apk", "wolfi"}, Kind{"Arch", "alpm", "arch"}, Kind{"Red Hat", "rpm", "redhat"}, Kind{"Rocky Linux", "rpm", "rocky"}, Kind{"AlmaLinux", "rpm", "almalinux"}, Kind{"Fedora", "rpm", "fedora"}, Kind{"openSUSE", "rpm", "opensuse"}, Kind{"SUSE", "rpm", "suse"}, Kind{"Amazon Linux", "rpm", "amzn"}, Kind{"Conda", "conda", {}}, Kind{"Hex", "hex", {}}, Kind{"Pub", "pub", {}},
                            Kind{"CRAN", "cran", {}}, Kind{"Hackage", "hackage", {}}, Kind{"SwiftURL", "swift", {}}, Kind{"CocoaPods", "cocoapods", {}}, Kind{"ConanCenter", "conan", {}},
                            Kind{"GitHub Actions", "githubactions", {}}, Kind{"GitHub", "github", {}}, Kind{"docker", "docker", {}}, Kind{"docker", "oci", {}}, Kind{"Bitnami", "bitnami", {}},
                            Kind{"VSCode", "vscode-extension", {}}, Kind{"generic", "generic", {}}};

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '~' || c == '/' || c == ':'; }

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (is_plain(c)) {
      result += c;
    } else {
      result += '%';
      result += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      result += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
    }
  }
  return result;
}

int digit_of(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0) {
      result += static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace

std::string package_url(std::string_view ecosystem, std::string_view name, std::string_view version) {
  std::string type, path(name);
  const std::string_view family = ecosystem.substr(0, ecosystem.find(':'));
  for (const Kind& kind : kKinds)
    if (kind.ecosystem == family && type.empty()) type = kind.space.empty() ? std::string(kind.type) : std::string(kind.type) + "/" + std::string(kind.space);
  if (type.empty())
    for (const char c : family) type += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == ' ' ? '-' : c;
  if (family == "Maven")
    if (const std::size_t colon = path.find(':'); colon != std::string::npos) path[colon] = '/';
  std::string url = "pkg:" + type + "/" + escaped(path);
  if (!version.empty()) url += "@" + escaped(version);
  return url;
}

bool read_package_url(std::string_view url, DeclaredPackage& package) {
  if (!url.starts_with("pkg:")) return false;
  url.remove_prefix(4);
  while (url.starts_with('/')) url.remove_prefix(1);
  url = url.substr(0, url.find('#'));
  url = url.substr(0, url.find('?'));
  const std::size_t slash = url.find('/');
  if (slash == std::string_view::npos) return false;
  std::string type;
  for (const char c : url.substr(0, slash)) type += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::string_view path = url.substr(slash + 1);
  const std::size_t last = path.rfind('/');
  if (const std::size_t at = path.find('@', (last == std::string_view::npos ? 0 : last) + 1); at != std::string_view::npos) {
    package.version = unescaped(path.substr(at + 1));
    path = path.substr(0, at);
  }
  const Kind* found = nullptr;
  for (const Kind& kind : kKinds) {
    if (kind.type != type) continue;
    if (!kind.space.empty() && path.starts_with(kind.space) && path.substr(kind.space.size()).starts_with('/')) {
      path.remove_prefix(kind.space.size() + 1);
      found = &kind;
      break;
    }
    if (!found && kind.space.empty()) found = &kind;
  }
  if (!found || path.empty()) return false;
  package.ecosystem = found->ecosystem;
  package.name = unescaped(path);
  if (type == "maven")
    if (const std::size_t at = package.name.rfind('/'); at != std::string::npos) package.name[at] = ':';
  return true;
}

}  // namespace stormwatch::format
