// SPDX-License-Identifier: Apache-2.0
#include "collect/dataset/url_rows.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "collect/dataset/column.h"
#include "posture/evidence.h"

namespace stormwatch::collect {

namespace {
std::string_view host_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  if (url.starts_with('[')) return url;
  return url.substr(0, url.find(':'));
}

bool ends_with_domain(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

template <std::size_t N>
bool is_below(std::string_view host, const std::array<std::string_view, N>& domains) {
  return std::ranges::any_of(domains, [&](std::string_view domain) { return ends_with_domain(host, domain); });
}

// RFC 2606, RFC 6761; then country codes that were taken out of the root (IANA).
constexpr std::array<std::string_view, 15> kReserved{"invalid", "test", "example", "localhost", "local", "internal", "example.com", "example.org", "example.net",
                                                     "an", "tp", "yu", "zr", "dd", "um"};
constexpr std::array<std::string_view, 16> kClaimable{"github.io", "herokuapp.com", "s3.amazonaws.com", "storage.googleapis.com", "blob.core.windows.net", "azurewebsites.net",
                                                      "netlify.app", "vercel.app", "surge.sh", "blogspot.com", "wordpress.com", "tumblr.com", "appspot.com", "web.app", "pages.dev", "r2.dev"};
}  // namespace

bool is_url(std::string_view text) {
  if (text.size() < 11 || text.size() > 4096) return false;
  if (!text.starts_with("http://") && !text.starts_with("https://") && !text.starts_with("ftp://")) return false;
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

void UrlTally::read(std::string_view url, std::uint64_t row) {
  ++urls;
  const std::string host = lower(host_of(url));
  const bool is_plain = !url.starts_with("https://");
  const bool is_address = host.starts_with('[') || (!host.empty() && host.find_first_not_of("0123456789.") == std::string::npos);
  const bool is_reserved = is_below(host, kReserved);
  plain += is_plain;
  address += is_address;
  reserved += is_reserved;
  claimable += is_below(host, kClaimable);
  const std::string path = lower(url.substr(0, url.find_first_of("?#")));
  static constexpr std::array<std::string_view, 18> endings{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg", ".mp4", ".webm", ".avi", ".mov", ".mp3", ".wav", ".flac", ".zip", ".tar"};
  media += std::ranges::any_of(endings, [&](std::string_view ending) { return path.ends_with(ending); });
  if (first.empty() || (first_row == 0 && (is_plain || is_address || is_reserved))) {
    first = excerpt_of(url, 120);
    first_row = row;
  }
}

bool names_digest(std::string_view column) {
  const std::string name = lower(last_part_of(column));
  static constexpr std::array<std::string_view, 9> words{"md5", "sha1", "sha256", "sha512", "sha-256", "checksum", "digest", "phash", "blake"};
  return std::ranges::any_of(words, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

bool names_media_url(std::string_view column) {
  const std::string name = lower(column);
  if (name.find("url") == std::string::npos && name.find("link") == std::string::npos && name.find("uri") == std::string::npos) return false;
  static constexpr std::array<std::string_view, 7> words{"image", "img", "video", "audio", "download", "photo", "media"};
  return std::ranges::any_of(words, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

}  // namespace stormwatch::collect
