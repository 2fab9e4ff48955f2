// SPDX-License-Identifier: Apache-2.0
// Manifests that ask a private index and PyPI for the same names: who publishes the higher version on PyPI wins (dependency confusion).
#include <algorithm>
#include <array>
#include <map>

#include "detect/package_findings.h"

namespace stormwatch::detect {
namespace {

std::string_view host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/:?"));
}

bool is_pypi(std::string_view host) { return host == "pypi.org" || host == "pypi.python.org"; }

/// Mirrors of PyPI, and vendors' own indexes of builds of public packages: what they hold is public too.
bool is_public(std::string_view host) {
  static constexpr std::array kPublic = std::to_array<std::string_view>({"pytorch.org", "nvidia.com", "pyg.org", "vllm.ai", "flashinfer.ai", "github.io", "googleapis.com", "huggingface.co", "aliyun.com", "tsinghua.edu.cn", "ustc.edu.cn", "tencent.com", "huaweicloud.com", "douban.com", "amd.com", "intel.com", "fury.io", "anaconda.org", "piwheels.org", "paddlepaddle.org.cn", "deepspeed.ai", "gradle.org", "python.org", "pypi.org", "opencv.org", "openmmlab.com", "unsloth.ai", "mindspore.cn", "jax.dev", "xformers.org", "lmsys.org", "sglang.ai", "modular.com", "neuron.amazonaws.com", "repost.aws", "dashscope.com", "bfsu.edu.cn", "sjtu.edu.cn", "zju.edu.cn", "163.com", "wheels.dev"});
  return std::ranges::any_of(kPublic, [&](std::string_view known) { return host == known || (host.size() > known.size() && host.ends_with(known) && host[host.size() - known.size() - 1] == '.'); });
}

struct Indexes {
  const Asset* asset = nullptr;
  Place place;
  bool other_default = false, pypi = false;
  std::string own;  ///< the private one
};

void look(const Estate& estate, const Context&, Signals& signals) {
  std::map<std::string, Indexes> manifests;
  for (const Asset& asset : estate.assets()) {
    if (asset.kind() != AssetKind::package) continue;
    for (const Sighting& sighting : asset.sightings) {
      if (sighting.what != "package-index") continue;
      const std::string_view host = host_of(sighting.subject);
      Indexes& indexes = manifests[sighting.place.text()];
      indexes.asset = &asset;
      indexes.place = sighting.place;
      const bool stands_instead = sighting.detail == "instead";
      indexes.other_default |= stands_instead && !is_pypi(host);
      indexes.pypi |= is_pypi(host);
      if (!host.empty() && sighting.subject.find('$') == std::string::npos && !is_public(host)) indexes.own = sighting.subject;
    }
  }
  for (const auto& [manifest, indexes] : manifests) {
    // A private index alone, in PyPI's place, is right.
    if (indexes.own.empty() || (indexes.other_default && !indexes.pypi)) continue;
    Signal& signal = signals.raise(*indexes.asset, indexes.place, "PyPI and " + indexes.own);
    signal.context = manifest_context(indexes.place.path);
    signal.explanation = "pip asks both for every name and takes the highest version, and not all requirements carry a hash";
    signal.identity = manifest;
  }
}

}  // namespace

extern const Detector package_index_mixed;
const Detector package_index_mixed{
    .advisory = {.id = "package-index-mixed",
                 .title = "Packages come from a private index and PyPI alike",
                 .why = "pip does not prefer either index. Who registers the name of a private package on PyPI with a higher version is installed in its place, on every machine that builds (CVE-2018-20225).",
                 .fix = "Use one index that holds both (--index-url of a proxy that never takes private names from PyPI), or uv with a named index for each private package, and hashes.",
                 .severity = Severity::medium,
                 .vector = Vector::misconfiguration,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010.001", "cwe:427", "nist-ai-rmf:MANAGE 3.1"},
                 .effort_hours = 2},
    .look = look,
    .examples = [] {
      const std::string own = "https://pypi.corp.example/simple";
      return std::vector<Example>{{"a further index", {{"requirements.txt", "--extra-index-url " + own + "\nacme-models==1.0\ntorch==2.8.0\n"}}, true},
                                  {"PyPI as the further one", {{"requirements.txt", "--index-url " + own + "\n--extra-index-url https://pypi.org/simple\nacme-models==1.0\n"}}, true},
                                  {"in a Dockerfile", {{"Dockerfile", "FROM python:3.12\nRUN pip install --extra-index-url=" + own + " acme-models==1.0\n"}}, true},
                                  {"by pip's environment", {{"Dockerfile", "FROM python:3.12\nENV PIP_EXTRA_INDEX_URL=" + own + "\nRUN pip install acme-models==1.0\n"}}, true},
                                  {"by pip's environment, in PyPI's place", {{"Dockerfile", "FROM python:3.12\nENV PIP_INDEX_URL=" + own + "\nRUN pip install acme-models==1.0\n"}}, false},
                                  {"one index", {{"requirements.txt", "--index-url " + own + "\nacme-models==1.0\n"}}, false},
                                  {"a vendor's public builds", {{"requirements.txt", "--extra-index-url https://download.pytorch.org/whl/cu121\ntorch==2.5.1\n"}}, false},
                                  {"hashes say which file", {{"requirements.txt", "--extra-index-url " + own + "\nacme-models==1.0 --hash=sha256:" + std::string(64, 'a') + "\n"}}, false}};
    }};

}  // namespace stormwatch::detect
