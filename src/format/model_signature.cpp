// SPDX-License-Identifier: Apache-2.0
#include "format/model_signature.h"

#include <algorithm>
#include <cstdlib>

#include "base/hash.h"
#include "base/text.h"
#include "format/document.h"

namespace stormwatch::format {
namespace {

constexpr std::size_t kMostFiles = 200'000;

Result<std::string> from_base64(std::string_view text) {
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (char c : text) {
    int value = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    if (c == '=' || c == '\n' || c == '\r') continue;
    if (value < 0) return failure("no base64");
    held = (held << 6 | static_cast<std::uint32_t>(value)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(held >> bits & 0xff);
    }
  }
  return out;
}

std::string bytes_of_hex(std::string_view hex) {
  std::string out;
  auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0; };
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return out;
}
bool is_hex(std::string_view text) {
  return text.size() >= 32 && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// "path:0:1000" of the method "shards".
void split_shard(SignedFile& file) {
  const std::size_t last = file.path.rfind(':');
  const std::size_t first = last == std::string::npos ? last : file.path.rfind(':', last - 1);
  if (first == std::string::npos || first == 0) return;
  file.begin = std::strtoull(file.path.c_str() + first + 1, nullptr, 10);
  file.end = std::strtoull(file.path.c_str() + last + 1, nullptr, 10);
  file.path.resize(first);
}

Result<void> read_statement(const Node& root, ModelSignature& out) {
  out.predicate = root.text("predicateType");
  const Node* subjects = root.find("subject");
  if (root.text("_type") != "https://in-toto.io/Statement/v1" || !subjects || !subjects->is_list()) return failure("no in-toto statement");
  if (out.predicate == "https://model_signing/Digests/v0.1") {
    for (const Node& subject : subjects->items) {
      const Node* digest = subject.find("digest");
      if (digest && out.files.size() < kMostFiles) out.files.push_back({std::string(subject.text("name")), "sha256", lower(digest->text("sha256")), 0, 0});
    }
    return {};
  }
  if (out.predicate != "https://model_signing/signature/v1.0") return failure("a statement about something else: " + out.predicate.substr(0, 80));
  const Node* resources = root.at_path("predicate.resources");
  if (!resources || !resources->is_list()) return failure("a statement without files");
  const Node* how = root.at_path("predicate.serialization");
  const bool shards = how && how->text("method") == "shards";
  std::string all;
  for (const Node& resource : resources->items) {
    if (out.files.size() >= kMostFiles) return failure("more files than the limit");
    SignedFile file{std::string(resource.text("name")), std::string(resource.text("algorithm")), lower(resource.text("digest")), 0, 0};
    if (!is_hex(file.digest) || file.path.empty()) return failure("a file without a name or digest");
    all += bytes_of_hex(file.digest);
    if (shards) split_shard(file);
    out.files.push_back(std::move(file));
  }
  if (const Node* ignored = how ? how->find("ignore_paths") : nullptr)
    for (const Node& path : ignored->items) out.ignored.push_back(path.scalar);
  const Node* stated = subjects->items.size() == 1 ? subjects->items[0].find("digest") : nullptr;
  if (!stated || lower(stated->text("sha256")) != sha256_hex(as_bytes(all))) out.trouble = "the digest of the whole is not that of the files it lists";
  return {};
}

}  // namespace

bool looks_like_bundle(std::string_view text) {
  const std::string_view head = text.substr(0, 4 << 20);
  return head.find("dsseEnvelope") != std::string_view::npos && head.find("verificationMaterial") != std::string_view::npos;
}

Result<ModelSignature> read_model_signature(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  const Node* envelope = root->find("dsseEnvelope");
  const Node* material = root->find("verificationMaterial");
  const Node* signatures = envelope ? envelope->find("signatures") : nullptr;
  if (!material || !signatures || !signatures->is_list() || signatures->items.empty()) return failure("no Sigstore bundle with an envelope");
  ModelSignature out;
  out.payload_type = envelope->text("payloadType");
  auto payload = from_base64(envelope->text("payload"));
  auto signature = from_base64(signatures->items[0].text("sig"));
  if (!payload || !signature) return failure("an envelope that is no base64");
  out.payload = std::move(*payload);
  out.signature = std::move(*signature);
  if (const Node* chain = material->at_path("x509CertificateChain.certificates")) {
    out.method = ModelSignature::Method::certificate;
    for (const Node& one : chain->items)
      if (auto der = from_base64(one.text("rawBytes")); der && out.certificates.size() < 16) out.certificates.push_back(std::move(*der));
  } else if (const Node* own = material->find("certificate")) {
    out.method = ModelSignature::Method::sigstore;
    if (auto der = from_base64(own->text("rawBytes"))) out.certificates.push_back(std::move(*der));
  } else if (const Node* key = material->find("publicKey")) {
    out.key_hint = key->text("hint");
  }
  const Node* entries = material->find("tlogEntries");
  out.logged = entries && entries->is_list() && !entries->items.empty();
  if (out.logged && out.method == ModelSignature::Method::certificate) out.method = ModelSignature::Method::sigstore;
  if (out.payload_type != "application/vnd.in-toto+json") return failure("an envelope of another type: " + out.payload_type.substr(0, 80));
  auto statement = parse_json(out.payload, limits);
  if (!statement) return std::unexpected(statement.error());
  if (Result<void> read = read_statement(*statement, out); !read) return std::unexpected(read.error());
  return out;
}

}  // namespace stormwatch::format
