// SPDX-License-Identifier: Apache-2.0
// AI services that containers run, told by image, command and flags: the fingerprints of services/*.yaml.
//
// A file of services/:
//   product: vllm                         title: vLLM          kind: endpoint | vector-store
//   images: ["vllm/vllm-openai*"]         the name without registry and tag; `*` any text
//   unless_images: ["*-sdk"]              images of that name, tag and all, that run something else
//   commands: ["vllm serve"]              in the command line
//   unless_commands: ["ray start --address"]   then the image runs something else
//   ports: [8000]                         first is the main one
//   code_execution: false                 its users run code by design   metered: false
//   package: {ecosystem: PyPI, name: vllm}   what its image's tag is a version of
//   authentication:
//     without: none                       what holds when nothing below is there; left out: not known
//     on:  {flags: [--api-key], environment: [VLLM_API_KEY], values: {NAME: [value, ...]}}
//     off: {flags: ["--token=''"], values: {NAME: [value, ...]}}
//   listens: {by_default: all | loopback, flags: [--host], environment: [OLLAMA_HOST]}   the address it binds, run on a host
//   configured_by_file: true              its settings may stand in a mounted file: `without` then says nothing
//   http: {...}                           how it shows when it is asked (live/service_prints.h)
//   wire: redis                           the protocol in which it is asked, where that is not HTTP (live/wire_probe.h)
//   documented_secrets: {NAME: [value, ...]}   what the product's own documentation or compose file sets, which everyone knows
//   source: URL                           where the flags are documented
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "collect/source.h"
#include "posture/asset.h"

namespace stormwatch::collect {

struct Service {
  struct Setting {
    std::vector<std::string> flags, environment;
    std::map<std::string, std::vector<std::string>> values;
  };
  std::string product, title, package_ecosystem, package_name;
  bool vector_store = false, configured_by_file = false;
  std::optional<bool> code_execution, metered;
  std::vector<std::string> images, unless_images, commands, unless_commands;
  std::vector<std::int64_t> ports;
  std::map<std::string, std::vector<std::string>, std::less<>> documented_secrets;
  std::string without, listens_by_default;
  Setting on, off, listens;  ///< listens: only flags and environment
};

/// The embedded fingerprints. A typo in one is an Error with file and line.
const Result<std::vector<Service>>& embedded_services();
Result<Service> read_service(const Node& root, std::string_view file);

struct ImageName {
  std::string registry, repository, tag, digest;  ///< registry docker.io when none is written
  [[nodiscard]] std::string key() const;
};
ImageName image_name_of(std::string_view written);
/// "v0.6.3-cuda" -> "0.6.3"; empty for latest and names.
std::string version_of_tag(std::string_view tag);

/// One container as compose, Kubernetes or a Dockerfile describes it.
struct Container {
  std::string image;                   ///< as written; empty if built here
  std::vector<std::string> arguments;  ///< entrypoint and command
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::int64_t> ports;     ///< container ports that are reachable
  std::string exposure;                ///< internet, internal, local; empty: not known
  bool environment_elsewhere = false;  ///< more of it stands in files not read here
  bool mounts_files = false;           ///< of which one may hold its settings
  bool behind_proxy = false;           ///< an authenticating proxy stands before it
};

/// Whether what is mounted at `target` may bring settings: a folder of configuration, a home, a file; not a volume for data. Empty: not known, so it may.
bool may_hold_settings(std::string_view target);
/// The service it runs; nullptr if it is none that is known.
const Service* service_of(const Container& container);
/// More of its options may be set in a place that was not read: a file, a variable, the command of an image of one's own.
bool settings_elsewhere(const Container& container);
/// How it asks who is there: none, token, proxy; empty if that cannot be told.
std::string authentication_of(const Service& service, const Container& container);

/// The image as an asset; id 0 if none is named or the name is not resolved.
AssetId observe_image(const Container& container, const Place& place, Observation& into);
/// Its fingerprint; nullptr if no service has that name.
const Service* service_named(std::string_view product);
/// The endpoint (and vector store, package) of a service, with what `facts` say of it.
AssetId observe_endpoint(const Service& service, EndpointFacts facts, const std::string& key, const Place& place, Observation& into, std::vector<Sighting> sightings = {});
/// The endpoint (and what goes with it) that the container offers, exposed by `workload`; 0 if it is no known service.
AssetId observe_service(const Container& container, const std::string& key, const Place& place, AssetId workload, AssetId image, Observation& into);

}  // namespace stormwatch::collect
