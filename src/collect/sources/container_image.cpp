// SPDX-License-Identifier: Apache-2.0
// Container images: OCI layouts (image-spec, image-layout.md: oci-layout, index.json) as folders or tars, and tars saved by Docker (manifest.json).
//
// Names, digests, the order of the layers, and how a container of the image starts are read here; the layers are archives like any other.
// collect/relate_images.h joins what they hold to the image, collect/image_layers.h says what later layers delete.
#include "collect/collector.h"
#include "collect/expand.h"
#include "collect/image_layers.h"
#include "collect/infrastructure/container.h"
#include "collect/infrastructure/service.h"
#include "format/document.h"

namespace stormwatch::collect {

extern const Collector container_image;

namespace {
/// An image manifest (image-spec, manifest.md) or configuration (config.md), which only their content tells: their names are digests.
bool is_manifest(const Source& source) { return source.text.find("\"layers\"") != std::string_view::npos && (source.text.find("image.manifest.v1+json") != std::string_view::npos || source.text.find("distribution.manifest.v2+json") != std::string_view::npos || source.text.find("image.layer.v1") != std::string_view::npos); }
bool is_configuration(const Source& source) { return source.text.find("\"rootfs\"") != std::string_view::npos && source.text.find("\"diff_ids\"") != std::string_view::npos; }
bool is_blob(const Source& source) { return source.kind == format::ContentKind::json && (!source.member.empty() || source.path.find("blobs/sha256/") != std::string::npos) && (is_manifest(source) || is_configuration(source)); }

/// At the root of an archive, or beside the oci-layout file in a folder; or a manifest or configuration among its blobs.
bool wants(const Source& source) {
  if (is_blob(source)) return true;
  if (source.kind != format::ContentKind::json || (source.name != "index.json" && source.name != "manifest.json")) return false;
  if (!source.member.empty()) return source.member == source.name && source.container_kind != format::ContentKind::zip;
  const std::string folder(source.folder());
  return source.name == "index.json" && source.files && source.files->contains(folder.empty() ? "oci-layout" : folder + "/oci-layout");
}

/// "registry.example:5000/team/name:tag" into its parts; the first part is a registry if it holds a dot or a port.
ImageFacts facts_of(std::string_view reference) {
  ImageFacts facts;
  if (const std::size_t at = reference.find('@'); at != std::string_view::npos) {
    facts.digest = reference.substr(at + 1);
    reference = reference.substr(0, at);
  }
  const std::size_t slash = reference.find('/');
  if (slash != std::string_view::npos && reference.substr(0, slash).find_first_of(".:") != std::string_view::npos) {
    facts.registry = reference.substr(0, slash);
    reference.remove_prefix(slash + 1);
  }
  if (const std::size_t colon = reference.rfind(':'); colon != std::string_view::npos && reference.find('/', colon) == std::string_view::npos) {
    facts.tag = reference.substr(colon + 1);
    reference = reference.substr(0, colon);
  }
  facts.repository = reference;
  facts.pinned = !facts.digest.empty();
  return facts;
}

void add_image(Observation& said, const Source& source, std::string reference, std::string_view digest) {
  const bool named = !reference.empty();
  ImageFacts facts = named ? facts_of(reference) : ImageFacts{};
  if (facts.digest.empty()) facts.digest = digest;
  if (!named) reference = source.path + (digest.empty() ? "" : "@" + std::string(digest));
  said.add(make_asset(reference, reference, std::move(facts), source.place()));
}

void tell_order(Observation& said, const Source& source, const std::string& layers) {
  if (!layers.empty()) said.remarks.push_back({std::string(kImageLayers), "", "", {"provenance", "layers", layers, "", source.place()}});
}

/// Docker's list of file names, or the descriptors of an OCI manifest, as members of the archive are shown.
std::string order_of(const Node& layers) {
  std::string order;
  for (const Node& layer : layers.items) {
    const std::string_view digest = layer.text("digest");
    const std::string name = layer.is_string() ? shown_member(layer.scalar) : digest.starts_with("sha256:") ? std::string(digest.substr(7, 12)) : "";
    if (!name.empty() && name.find(' ') == std::string::npos) order += name + " ";
  }
  return order;
}

/// What a container of the image runs, as a Dockerfile's last stage would say it.
void read_configuration(Observation& said, const Source& source, const Node& root) {
  const Node* config = root.find("config");
  if (!config || !config->is_map()) return;
  Container container;
  for (const char* part : {"Entrypoint", "Cmd"})
    for (const std::string& word : words_of(config->find(part))) container.arguments.push_back(word);
  if (const Node* environment = config->find("Env"); environment && environment->is_list())
    for (const Node& item : environment->items)
      if (const std::size_t equals = item.scalar.find('='); equals != std::string::npos) container.environment.emplace_back(item.scalar.substr(0, equals), item.scalar.substr(equals + 1));
  if (const Node* ports = config->find("ExposedPorts"); ports && ports->is_map())
    for (const Node::Member& port : ports->members)
      if (const int number = std::atoi(port.key.c_str()); number > 0) container.ports.push_back(number);
  container.environment_elsewhere = container.arguments.empty();
  WorkloadFacts facts;
  facts.platform = "image";
  facts.arguments = container.arguments;
  for (const auto& [name, value] : container.environment) facts.environment_names.push_back(name);
  const std::string_view user = config->text("User");
  facts.runs_as_root = user.empty() || user == "root" || user == "0" || user.starts_with("0:") || user.starts_with("root:");
  const Place place = source.place();
  const std::string key = source.path + (source.member.empty() ? "" : "!/" + source.member) + "#image";
  const AssetId workload = said.add(make_asset(key, "image configuration " + source.name.substr(0, 12), std::move(facts), place));
  observe_service(container, key, place, workload, {}, said);
}

Result<Observation> read(const Source& source) {
  const Result<Node> root = format::parse_json(source.text, *source.limits);
  if (!root) return std::unexpected(root.error());
  Observation said;
  if (root->is_map() && is_blob(source)) {
    if (const Node* layers = root->find("layers"); layers && layers->is_list()) tell_order(said, source, order_of(*layers));
    else if (root->find("rootfs")) read_configuration(said, source, *root);
    if (source.name != "index.json") return said;
  }
  if (root->is_list()) {  // Docker: [{"Config", "RepoTags", "Layers"}]
    for (const Node& image : root->items) {
      const Node* layers = image.find("Layers");
      if (!layers) continue;
      if (layers->is_list()) tell_order(said, source, order_of(*layers));
      const Node* tags = image.find("RepoTags");
      if (tags && tags->is_list() && !tags->items.empty()) {
        for (const Node& tag : tags->items)
          if (tag.is_string()) add_image(said, source, tag.scalar, {});
      } else {
        add_image(said, source, {}, {});
      }
    }
  } else if (const Node* manifests = root->find("manifests"); manifests && manifests->is_list()) {
    for (const Node& manifest : manifests->items) {
      if (!manifest.is_map()) continue;
      std::string_view name;
      if (const Node* notes = manifest.find("annotations"); notes && notes->is_map()) {
        name = notes->text("io.containerd.image.name");
        if (const std::string_view reference = notes->text("org.opencontainers.image.ref.name"); name.empty() && reference.find_first_of("/:") != std::string_view::npos) name = reference;
      }
      add_image(said, source, std::string(name), manifest.text("digest"));
    }
  }
  return said;
}
}  // namespace

const Collector container_image{.name = "container-image", .wants = wants, .read = read};

}  // namespace stormwatch::collect
