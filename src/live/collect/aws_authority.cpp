// SPDX-License-Identifier: Apache-2.0
#include "live/collect/aws_authority.h"

#include <array>
#include <cstdlib>
#include <ctime>
#include <map>

#include "base/file.h"
#include "base/hash.h"
#include "format/document.h"

namespace stormwatch::live {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
  return begin == std::string_view::npos ? std::string() : std::string(text.substr(begin, end - begin + 1));
}

using Settings = std::map<std::string, std::string>;

// The settings under [name]; empty if the file or the section is not there.
Settings section_of(const std::string& path, const std::string& name) {
  Settings settings;
  const Result<std::string> text = read_text(path, 1U << 20);
  if (!text) return settings;
  bool within = false;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string line = trimmed(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.starts_with('[')) within = line == "[" + name + "]";
    const std::size_t equals = line.find('=');
    if (!within || line.starts_with('#') || line.starts_with(';') || equals == std::string::npos) continue;
    settings[trimmed(std::string_view(line).substr(0, equals))] = trimmed(std::string_view(line).substr(equals + 1));
  }
  return settings;
}

std::string file_of(const char* variable, const char* under_home) {
  const std::string given = setting(variable);
  return given.empty() ? setting("HOME") + under_home : given;
}

Result<AwsIdentity> profile_identity(const std::string& name) {
  Settings keys = section_of(file_of("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"), name);
  const Settings more = section_of(file_of("AWS_CONFIG_FILE", "/.aws/config"), name == "default" ? name : "profile " + name);
  for (const auto& [key, value] : more) keys.emplace(key, value);
  if (keys["aws_access_key_id"].empty() || keys["aws_secret_access_key"].empty()) {
    for (const char* other : {"credential_process", "sso_session", "sso_start_url", "role_arn", "web_identity_token_file"})
      if (!keys[other].empty()) return failure("profile " + name + " has " + other + ", which is not followed", "", "", "keys, as `aws configure export-credentials --format env` prints them");
    return failure("no keys of profile " + name, "", "", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with keys, or --instance-credentials");
  }
  return AwsIdentity{{keys["aws_access_key_id"], keys["aws_secret_access_key"], keys["aws_session_token"]}, keys["region"]};
}

Result<AwsIdentity> from_document(const Result<HttpAnswer>& answer, const std::string& where) {
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200) return failure("answered " + std::to_string(answer->status), where, "", "credentials");
  const Result<Node> tree = format::parse_json(answer->body, {});
  if (!tree || tree->text("AccessKeyId").empty()) return failure("answered no credentials", where);
  return AwsIdentity{{std::string(tree->text("AccessKeyId")), std::string(tree->text("SecretAccessKey")), std::string(tree->text("Token"))}, {}};
}

Result<AwsIdentity> container_identity(const std::string& relative, const std::string& full) {
  HttpRequest request;
  request.url = relative.empty() ? full : "http://169.254.170.2" + relative;
  request.plain_allowed = !relative.empty();  // of a whole address only https and this machine
  request.seconds = 5;
  if (const std::string token = setting("AWS_CONTAINER_AUTHORIZATION_TOKEN"); !token.empty()) request.headers.push_back("Authorization: " + token);
  return from_document(live::request(request), "the container's credentials");
}

// IMDSv2: a token first, then the role's name, then its keys.
Result<AwsIdentity> instance_identity() {
  const std::string given = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT"), base = given.empty() ? "http://169.254.169.254" : given;
  HttpRequest request;
  request.plain_allowed = given.empty();
  request.seconds = 5;
  request.method = "PUT";
  request.url = base + "/latest/api/token";
  request.headers = {"X-aws-ec2-metadata-token-ttl-seconds: 300"};
  const Result<HttpAnswer> token = live::request(request);
  if (!token) return std::unexpected(token.error());
  if (token->status != 200) return failure("gave no token: " + std::to_string(token->status), "the instance's metadata service");
  request.method = "GET";
  request.headers = {"X-aws-ec2-metadata-token: " + token->body};
  request.url = base + "/latest/meta-data/iam/security-credentials/";
  const Result<HttpAnswer> role = live::request(request);
  if (!role) return std::unexpected(role.error());
  if (role->status != 200 || role->body.empty()) return failure("the instance has no role", "the instance's metadata service");
  request.url += percent_encoded(role->body.substr(0, role->body.find('\n')));
  return from_document(live::request(request), "the instance's metadata service");
}

}  // namespace

Result<AwsIdentity> aws_identity(const AwsChoice& choice) {
  std::string region = setting("AWS_REGION");
  if (region.empty()) region = setting("AWS_DEFAULT_REGION");
  Result<AwsIdentity> identity;
  if (choice.of_the_machine) {
    const std::string relative = setting("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), full = setting("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    identity = relative.empty() && full.empty() ? instance_identity() : container_identity(relative, full);
  } else if (choice.profile.empty() && !setting("AWS_ACCESS_KEY_ID").empty() && !setting("AWS_SECRET_ACCESS_KEY").empty()) {
    identity = AwsIdentity{{setting("AWS_ACCESS_KEY_ID"), setting("AWS_SECRET_ACCESS_KEY"), setting("AWS_SESSION_TOKEN")}, {}};
  } else {
    const std::string named = choice.profile.empty() ? setting("AWS_PROFILE") : choice.profile;
    identity = profile_identity(named.empty() ? "default" : named);
  }
  if (identity && !region.empty()) identity->region = region;
  return identity;
}

Result<void> AwsAuthority::prove(HttpRequest& request, const CalledService& service, const std::string& region) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> time{};
  const std::size_t length = std::strftime(time.data(), time.size(), "%Y%m%dT%H%M%SZ", &parts);
  const bool s3 = service.speaks == CalledService::Speaks::xml;
  if (s3) request.headers.push_back("X-Amz-Content-Sha256: " + sha256_hex(as_bytes(request.body)));
  sign_v4(request, keys_, {region, service.signs, {time.data(), length}, !s3});
  return {};
}

}  // namespace stormwatch::live
