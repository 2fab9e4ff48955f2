// SPDX-License-Identifier: Apache-2.0
#include "live/collect/bearer_authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdlib>
#include <ctime>
#include <memory>

#include "base/file.h"
#include "format/document.h"
#include "live/canonical_json.h"
#include "live/collect/answer_tree.h"
#include "live/collect/signature_v4.h"
#include "posture/evidence.h"

namespace stormwatch::live {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string base64_url(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out.substr(0, out.find('='));
}

// One form to a token endpoint; the answer's access_token.
Result<std::string> token_from(const std::string& url, const std::string& form) {
  HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  request.body = form;
  request.most_bytes = 1U << 20;
  const Result<HttpAnswer> answer = live::request(request);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200) return failure("gave no token: " + std::to_string(answer->status) + " " + error_code_in(answer->body, {}), origin_of(url));
  const Result<Node> tree = format::parse_json(answer->body, {});
  if (!tree || tree->text("access_token").empty()) return failure("answered no token", origin_of(url));
  return std::string(tree->text("access_token"));
}

std::string field(std::string_view name, std::string_view value) { return std::string(name) + "=" + percent_encoded(value); }

Result<std::string> account_token(const Node& account, const std::string& address) {
  const std::time_t now = std::time(nullptr);
  const std::string claims = R"({"iss":)" + json_string(account.text("client_email")) + R"(,"scope":"https://www.googleapis.com/auth/cloud-platform.read-only","aud":"https://oauth2.googleapis.com/token","iat":)" + std::to_string(now) +
                             R"(,"exp":)" + std::to_string(now + 3600) + "}";
  const Result<std::string> assertion = signed_assertion(claims, std::string(account.text("private_key")));
  if (!assertion) return assertion;
  return token_from(address, field("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer") + "&" + field("assertion", *assertion));
}

}  // namespace

Result<std::string> signed_assertion(const std::string& claims, const std::string& key_pem) {
  const std::string text = base64_url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64_url(claims);
  const std::unique_ptr<BIO, int (*)(BIO*)> bytes(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())), BIO_free);
  // A key with a passphrase is refused, not asked about on the terminal.
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return failure("no RSA key in the service account's file");
  std::size_t length = 0;
  std::string signature;
  const auto* input = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 || EVP_DigestSign(context.get(), nullptr, &length, input, text.size()) != 1) return failure("the key cannot sign");
  signature.resize(length);
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, input, text.size()) != 1) return failure("the key cannot sign");
  signature.resize(length);
  return text + "." + base64_url(signature);
}

Result<BearerIdentity> azure_identity(const std::string& endpoint) {
  const std::string tenant = setting("AZURE_TENANT_ID"), client = setting("AZURE_CLIENT_ID"), secret = setting("AZURE_CLIENT_SECRET"), host = setting("AZURE_AUTHORITY_HOST");
  if (tenant.empty() || client.empty() || secret.empty())
    return failure("no credentials for Azure", "", "", "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or --token-env NAME (`az account get-access-token` prints a token)");
  std::string origin = !endpoint.empty() ? endpoint : host.empty() ? "https://login.microsoftonline.com" : host;
  while (origin.ends_with('/')) origin.pop_back();
  Result<std::string> token = token_from(origin + "/" + percent_encoded(tenant) + "/oauth2/v2.0/token", field("grant_type", "client_credentials") + "&" + field("client_id", client) + "&" + field("client_secret", secret) + "&" +
                                                                                                            field("scope", "https://management.azure.com/.default"));
  if (!token) return std::unexpected(token.error());
  return BearerIdentity{std::move(*token), client, {}};
}

Result<BearerIdentity> google_identity(const std::string& endpoint) {
  std::string path = setting("GOOGLE_APPLICATION_CREDENTIALS");
  if (path.empty()) path = (setting("CLOUDSDK_CONFIG").empty() ? setting("HOME") + "/.config/gcloud" : setting("CLOUDSDK_CONFIG")) + "/application_default_credentials.json";
  const Result<std::string> text = read_text(path, 1U << 20);
  if (!text) return failure("no credentials for Google: " + text.error().what, path, "", "GOOGLE_APPLICATION_CREDENTIALS, `gcloud auth application-default login`, or --token-env NAME");
  const Result<Node> account = format::parse_json(*text, {});
  if (!account) return failure("is no JSON", path);
  const std::string_view kind = account->text("type");
  // The address is Google's own whatever the file says: a file from elsewhere must not choose who gets a signed assertion.
  const std::string address = (endpoint.empty() ? "https://oauth2.googleapis.com" : endpoint) + "/token";
  Result<std::string> token;
  if (kind == "service_account") token = account_token(*account, address);
  else if (kind == "authorized_user")
    token = token_from(address, field("grant_type", "refresh_token") + "&" + field("client_id", account->text("client_id")) + "&" + field("client_secret", account->text("client_secret")) + "&" + field("refresh_token", account->text("refresh_token")));
  else return failure("credentials of the kind '" + excerpt_of(kind, 40) + "', which are not followed", path, "", "service_account or authorized_user, or --token-env NAME");
  if (!token) return std::unexpected(token.error());
  const std::string_view project = account->text("project_id", account->text("quota_project_id"));
  return BearerIdentity{std::move(*token), std::string(kind == "service_account" ? account->text("client_email") : account->text("client_id")), std::string(project)};
}

}  // namespace stormwatch::live
