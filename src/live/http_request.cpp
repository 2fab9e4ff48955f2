// SPDX-License-Identifier: Apache-2.0
#include "live/http_request.h"

#include <curl/curl.h>

#include <array>
#include <memory>

namespace stormwatch::live {
namespace {

struct Answering {
  HttpAnswer answer;
  std::size_t most = 0;
  bool too_long = false;
};

std::size_t take_header(char* data, std::size_t, std::size_t count, void* user) {
  auto& answer = static_cast<Answering*>(user)->answer;
  std::string_view line(data, count);
  if (line.starts_with("HTTP/")) answer.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || answer.headers.size() >= 200) return count;
  std::string name(line.substr(0, colon));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  answer.headers.emplace(std::move(name), std::string(value.substr(0, 4096)));
  return count;
}

std::size_t take_body(char* data, std::size_t, std::size_t count, void* user) {
  auto& answering = *static_cast<Answering*>(user);
  if (answering.answer.body.size() + count > answering.most) {
    answering.answer.body.append(data, answering.most - answering.answer.body.size());
    answering.too_long = true;
    return 0;
  }
  answering.answer.body.append(data, count);
  return count;
}

// A certificate or key as a text; libcurl reads it during the transfer.
void put_text(CURL* easy, CURLoption option, const std::string& pem) {
  if (pem.empty()) return;
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy, option, &blob);
}

}  // namespace

HttpClient::HttpClient() : easy_(curl_easy_init(), curl_easy_cleanup) {}
HttpClient::~HttpClient() = default;

Result<HttpAnswer> request(const HttpRequest& what) {
  HttpClient client;
  return client.send(what);
}

Result<HttpAnswer> HttpClient::send(const HttpRequest& what) {
  const std::string shown = origin_of(what.url);
  const bool plain = what.url.starts_with("http://") && (what.plain_allowed || is_loopback(what.url));
  if (!what.url.starts_with("https://") && !plain) return failure("address that is not protected", shown, "", "https://");
  CURL* easy = easy_.get();
  if (!easy) return failure("no transfer could be begun", shown);
  curl_easy_reset(easy);
  curl_slist* lines = nullptr;
  for (const std::string& header : what.headers) lines = curl_slist_append(lines, header.c_str());
  lines = curl_slist_append(lines, "Expect:");
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(lines, curl_slist_free_all);
  Answering answering;
  answering.most = what.most_bytes;
  std::array<char, CURL_ERROR_SIZE> problem{};
  curl_easy_setopt(easy, CURLOPT_URL, what.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "stormwatch");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(what.seconds * 1000));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, problem.data());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &answering);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answering);
  if (!what.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, what.ca_file.c_str());
  if (!what.certificate_file.empty()) curl_easy_setopt(easy, CURLOPT_SSLCERT, what.certificate_file.c_str());
  if (!what.key_file.empty()) curl_easy_setopt(easy, CURLOPT_SSLKEY, what.key_file.c_str());
  put_text(easy, CURLOPT_CAINFO_BLOB, what.ca_pem);
  put_text(easy, CURLOPT_SSLCERT_BLOB, what.certificate_pem);
  put_text(easy, CURLOPT_SSLKEY_BLOB, what.key_pem);
  if (!what.user_password.empty()) curl_easy_setopt(easy, CURLOPT_USERPWD, what.user_password.c_str());
  if (!what.body.empty() || what.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, what.body.c_str());
  }
  if (what.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  else curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, what.method.c_str());
  const CURLcode code = curl_easy_perform(easy);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answering.answer.status);
  const char* peer = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &peer) == CURLE_OK && peer) answering.answer.peer = peer;
  if (answering.too_long && !what.cut_allowed) return failure("answer longer than " + std::to_string(what.most_bytes) + " bytes", shown);
  if (code != CURLE_OK && !answering.too_long) return failure(problem[0] ? std::string(problem.data()) : curl_easy_strerror(code), shown);
  return std::move(answering.answer);
}

}  // namespace stormwatch::live
