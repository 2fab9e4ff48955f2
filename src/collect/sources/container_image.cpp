// SPDX-License-Identifier: Apache-2.0
// Container images: OCI layouts (image-spec, image-layout.md: oci-layout, index.json) as folders or tars, and tars saved by Docker (manifest.json).
//
// Only names and digests are read here; the layers are archives like any other, and collect/relate_images.h joins what they hold to the image.
#include "collect/collector.h"
#include "format/document.h"

namespace stormwatch::collect {

extern const Collector container_image;

namespace {
/// At the root of an archive, or beside the oci-layout file in a folder.
bool wants(const Source& source) {
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

Result<Observation> read(const Source& source) {
  const Result<Node> root = format::parse_json(source.text, *source.limits);
  if (!root) return std::unexpected(root.error());
  Observation said;
  if (root->is_list()) {  // Docker: [{"Config", "RepoTags", "Layers"}]
    for (const Node& image : root->items) {
      if (!image.find("Layers")) continue;
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
