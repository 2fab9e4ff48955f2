// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/kustomization.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "collect/infrastructure/manifest_patch.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

const Limits kLimits;

Node yaml(std::string_view text) {
  auto documents = format::parse_yaml(text, kLimits);
  return documents && !documents->empty() ? documents->front() : Node{};
}

// Files in memory as a target.
class Target {
 public:
  explicit Target(std::map<std::string, std::string> files) : files_(std::move(files)), index_(paths()) {
    folder_ = std::filesystem::temp_directory_path() / ("sw_kustomize_" + std::to_string(::getpid()) + "_" + std::to_string(count_++));
    for (const auto& [path, content] : files_) {
      std::filesystem::create_directories((folder_ / path).parent_path());
      std::ofstream(folder_ / path) << content;
    }
    open_ = [this](std::string_view path) { return FileBytes::open((folder_ / path).string()); };
  }
  ~Target() { std::filesystem::remove_all(folder_); }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  [[nodiscard]] Source source(const std::string& path) const {
    Source source;
    source.path = path;
    source.name = path.substr(path.rfind('/') + 1);
    source.text = files_.at(path);
    source.files = &index_;
    source.open_file = &open_;
    source.limits = &kLimits;
    return source;
  }

 private:
  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> paths;
    for (const auto& [path, content] : files_) paths.push_back(path);
    return paths;
  }
  static inline int count_ = 0;
  std::map<std::string, std::string> files_;
  FileIndex index_;
  std::filesystem::path folder_;
  OpenFile open_;
};

constexpr const char* kDeployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n      - name: c\n        image: r/i:1\n        env: [{name: X, value: '1'}]\n      - name: d\n        image: r/j:1\n";

TEST(ManifestPatch, items_are_told_apart_by_name_and_null_deletes) {
  Node manifest = yaml(kDeployment);
  merge_strategically(manifest, yaml("spec:\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n      - name: c\n        env: [{name: Y, value: '2'}]\n      - $patch: delete\n        name: d\n"));
  const Node* containers = manifest.at_path("spec.template.spec.containers");
  ASSERT_EQ(containers->items.size(), 1u);
  EXPECT_EQ(containers->items[0].text("image"), "r/i:1");
  EXPECT_EQ(containers->items[0].find("env")->items.size(), 2u);
  EXPECT_EQ(manifest.at_path("spec.template.spec.hostNetwork")->line, 4u);
  merge_strategically(manifest, yaml("spec: {template: null}"));
  EXPECT_EQ(manifest.at_path("spec.template"), nullptr);
}

TEST(ManifestPatch, operations_of_rfc_6902) {
  Node manifest = yaml(kDeployment);
  EXPECT_TRUE(apply_json_patch(manifest, yaml("- {op: replace, path: /spec/template/spec/containers/0/image, value: x}\n- {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: Z}}\n"
                                              "- {op: remove, path: /spec/template/spec/containers/1}\n- {op: add, path: /metadata/annotations, value: {}}\n- {op: add, path: /metadata/annotations/a~1b, value: c}\n")));
  EXPECT_EQ(manifest.at_path("spec.template.spec.containers.0.image")->scalar, "x");
  EXPECT_EQ(manifest.at_path("spec.template.spec.containers.0.env")->items.size(), 2u);
  EXPECT_EQ(manifest.at_path("spec.template.spec.containers")->items.size(), 1u);
  EXPECT_EQ(manifest.at_path("metadata.annotations")->text("a/b"), "c");
  EXPECT_FALSE(apply_json_patch(manifest, yaml("- {op: remove, path: /no/such}")));
  EXPECT_FALSE(apply_json_patch(manifest, yaml("- {op: add, path: /spec/template/spec/containers/9, value: 1}")));
}

TEST(Kustomization, a_patch_is_laid_over_and_its_lines_are_kept) {
  const Target target({{"base/kustomization.yaml", "resources: [d.yaml]\n"},
                       {"base/d.yaml", kDeployment},
                       {"prod/kustomization.yaml", "resources: [../base]\nnamespace: prod\npatches:\n- path: p.yaml\n"},
                       {"prod/p.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      hostIPC: true\n"}});
  const RenderedKustomization rendered = render_kustomization(target.source("prod/kustomization.yaml"));
  ASSERT_EQ(rendered.changed.size(), 1u);
  const ManifestVariant& changed = rendered.changed[0];
  EXPECT_EQ(changed.path, "prod/p.yaml");
  EXPECT_EQ(changed.original_path, "base/d.yaml");
  EXPECT_EQ(changed.root.at_path("spec.template.spec.hostIPC")->line, 7u);
  EXPECT_EQ(changed.root.at_path("spec.template.spec.containers.0.image")->line, 0u);
  EXPECT_EQ(changed.root.at_path("metadata.namespace")->scalar, "prod");
  EXPECT_TRUE(rendered.gaps.empty());
  EXPECT_TRUE(is_patch(target.source("prod/p.yaml")));
  EXPECT_FALSE(is_patch(target.source("base/d.yaml")));
  EXPECT_TRUE(render_kustomization(target.source("base/kustomization.yaml")).changed.empty());
}

TEST(Kustomization, images_inline_patches_and_literals) {
  const Target target({{"d.yaml", std::string(kDeployment) + "        envFrom: [{configMapRef: {name: s}}]\n"},
                       {"kustomization.yaml", "resources: [d.yaml]\nimages:\n- name: r/i\n  newTag: latest\nconfigMapGenerator:\n- name: s\n  literals: [A=1]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: /spec/template/spec/hostPID\n      value: true\n"}});
  const RenderedKustomization rendered = render_kustomization(target.source("kustomization.yaml"));
  ASSERT_EQ(rendered.changed.size(), 1u);
  const Node& root = rendered.changed[0].root;
  EXPECT_EQ(root.at_path("spec.template.spec.containers.0.image")->scalar, "r/i:latest");
  EXPECT_EQ(root.at_path("spec.template.spec.containers.0.image")->line, 3u);
  EXPECT_EQ(root.at_path("spec.template.spec.containers.1.env.0.name")->scalar, "A");
  EXPECT_EQ(root.at_path("spec.template.spec.containers.1.envFrom"), nullptr);
  EXPECT_EQ(root.at_path("spec.template.spec.hostPID")->line, 13u);
}

TEST(Kustomization, what_is_not_there_and_what_turns_in_circles_is_a_gap) {
  const Target target({{"a/kustomization.yaml", "resources: [../b, 'https://example.com/x?ref=1', gone.yaml]\nhelmCharts: [{name: x}]\n"}, {"b/kustomization.yaml", "resources: [../a]\n"}});
  const auto gaps = render_kustomization(target.source("a/kustomization.yaml")).gaps;
  ASSERT_EQ(gaps.size(), 3u);
  EXPECT_NE(gaps[0].detail.find("https://example.com"), std::string::npos);
}

}  // namespace
}  // namespace stormwatch::collect
