// SPDX-License-Identifier: Apache-2.0
// How a Kubernetes API server is reached, and who asks: a kubeconfig's context, or the pod's own service account.
//
// Programs that a kubeconfig names to get a token (exec, auth-provider) are never run.
#pragma once

#include <string>

#include "live/collect/asker.h"

namespace stormwatch::live {

struct ClusterAccess {
  std::string server;                       ///< "https://10.0.0.1:6443"
  std::string name;                         ///< of the context, for people and for going on
  std::string token, user, password;
  std::string ca_pem, certificate_pem, key_pem;
};

/// `path` empty: KUBECONFIG, then ~/.kube/config. `context` empty: the current one. `has_token`: the user's own credentials are not
/// needed.
Result<ClusterAccess> cluster_of_kubeconfig(const std::string& path, const std::string& context, bool has_token);
/// Inside a pod: /var/run/secrets/kubernetes.io/serviceaccount, or `folder`.
Result<ClusterAccess> cluster_of_pod(const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

class ClusterAuthority : public Authority {
 public:
  explicit ClusterAuthority(ClusterAccess access) : access_(std::move(access)) {}
  Result<void> prove(HttpRequest& request, const CalledService& service, const std::string& region) override;
  void protect(HttpRequest& request) const override;

 private:
  ClusterAccess access_;
};

}  // namespace stormwatch::live
