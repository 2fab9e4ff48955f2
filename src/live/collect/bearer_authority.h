// SPDX-License-Identifier: Apache-2.0
// Who asks Azure or Google: a token that the user holds, or one that is got with the user's credentials from the platform's own address.
#pragma once

#include <string>
#include <vector>

#include "live/collect/asker.h"

namespace stormwatch::live {

class BearerAuthority : public Authority {
 public:
  explicit BearerAuthority(std::string token) : token_(std::move(token)) {}
  Result<void> prove(HttpRequest& request, const CalledService&, const std::string&) override {
    request.headers.push_back("Authorization: Bearer " + token_);
    return {};
  }

 private:
  std::string token_;
};

struct BearerIdentity {
  std::string token;
  std::string name;     ///< of who asks, for people and for going on: client id, address of the account
  std::string project;  ///< that Google's credentials name; empty for none
};

/// AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET at login.microsoftonline.com (AZURE_AUTHORITY_HOST), or at `endpoint`.
Result<BearerIdentity> azure_identity(const std::string& endpoint);

/// GOOGLE_APPLICATION_CREDENTIALS or gcloud's application_default_credentials.json: a service account's key (a signed assertion,
/// RFC 7523) or a user's refresh token, at oauth2.googleapis.com or `endpoint`. Other kinds are refused with their name.
Result<BearerIdentity> google_identity(const std::string& endpoint);

/// A JSON Web Token signed with RS256; `claims` is its JSON.
Result<std::string> signed_assertion(const std::string& claims, const std::string& key_pem);

}  // namespace stormwatch::live
