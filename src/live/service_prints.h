// SPDX-License-Identifier: Apache-2.0
// How AI services show over HTTP what they are: the part `http` of services/*.yaml.
//
//   http:
//     signs:                                  what tells the product; a `sure` one alone, of the others two on two paths
//       - {path: /api/version, json: [version], sure: true}
//       - {path: /, body: 'Ollama is running'}
//     versions:                               where its version stands; the first that answers counts
//       - {path: /api/version, json: version}
//       - {path: /, header: server, pattern: 'thing/([0-9.]+)'}
//       - {path: /, pattern: 'config" content="([A-Za-z0-9+/=]+)', base64: 'thing@([0-9.]+)'}
//     routes:                                 plain GETs that show whether the class asks who is there
//       inference: [/v1/chat/completions]     where it generates or predicts: only routes on which a GET does neither
//       read: [/api/tags]                     what it holds: models, runs, collections
//       administration: [/api/ps]             its settings, users, jobs
//       code: [/api/kernels]                  where its users run code
//     let_through: [405]                      what a GET of an inference route is answered once it got past the check, for products that
//                                             ask who is there before they look at route and method, or never ask; else such an answer proves nothing
//     unclaimed:                              signs of one that nobody has set up: whoever comes first becomes its administrator
//       - {path: /api/config, json: {onboarding: 'true'}}
//     family: true                            many products answer so: told only where nothing tells the product
//     note: marked where the answers were taken from documentation
//
// A sign may ask of one path: `status` (200 if left out), `json` (paths of members that must be there, or a map of path to expression),
// `header` (a map of name to expression), `body` (an expression). Expressions are RE2, found anywhere, case counts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "base/result.h"

namespace re2 {
class RE2;
}

namespace stormwatch::live {

using ServicePattern = std::shared_ptr<const re2::RE2>;

struct ServiceSign {
  struct Named {
    std::string name;
    ServicePattern value;  ///< null: being there is enough
  };
  std::string path;
  long status = 200;
  std::vector<Named> json, headers;
  ServicePattern body;
  bool sure = false;
};

struct ServiceVersion {
  std::string path, json, header;
  ServicePattern pattern;  ///< its first group is the version; null: the whole value
  ServicePattern base64;   ///< of what the first group holds in base64; its first group is the version; null: it is not packed
};

struct ServiceRoutes {
  std::string kind;  ///< inference, read, administration, code
  std::vector<std::string> paths;
};

struct ServicePrint {
  std::string product, title;
  bool code_execution = false;
  bool family = false;  ///< many products answer so: told only where nothing tells the product
  std::vector<long> ports;
  std::vector<ServiceSign> signs, unclaimed;
  std::vector<ServiceVersion> versions;
  std::vector<ServiceRoutes> routes;
  std::vector<long> let_through;  ///< statuses of a GET of an inference route that show that nobody asked who is there
};

/// The fingerprints that the executable carries. A typo in one is an Error with file and line.
const Result<std::vector<ServicePrint>>& service_prints();
/// nullopt: the service has no part `http`.
Result<std::optional<ServicePrint>> read_service_print(const Node& root, const std::string& file);

}  // namespace stormwatch::live
