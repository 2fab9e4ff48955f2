// SPDX-License-Identifier: Apache-2.0
// Who asks AWS: keys of the environment or of a profile; of the container or machine only where that is asked for.
//
// No program is run (credential_process), no session is begun (single sign-on, role_arn): the message says so.
#pragma once

#include <memory>
#include <string>

#include "live/collect/asker.h"
#include "live/collect/signature_v4.h"

namespace stormwatch::live {

struct AwsChoice {
  std::string profile;            ///< --profile or AWS_PROFILE; empty: the environment, then "default"
  bool of_the_machine = false;    ///< the container's or instance's role
};

struct AwsIdentity {
  AwsKeys keys;
  std::string region;  ///< that the environment or profile names; empty for none
};

Result<AwsIdentity> aws_identity(const AwsChoice& choice);

class AwsAuthority : public Authority {
 public:
  explicit AwsAuthority(AwsKeys keys) : keys_(std::move(keys)) {}
  Result<void> prove(HttpRequest& request, const CalledService& service, const std::string& region) override;

 private:
  AwsKeys keys_;
};

}  // namespace stormwatch::live
