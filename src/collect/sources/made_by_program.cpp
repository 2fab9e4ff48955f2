// SPDX-License-Identifier: Apache-2.0
// Infrastructure that a program makes (AWS CDK, CDK for Terraform, Pulumi): its resources stand in no file that could be read, which is told,
// with what to scan in its place. Where the output of a synthesis lies beside it, that is read and nothing is told.
#include <array>

#include "collect/collector.h"

namespace stormwatch::collect {
namespace {

struct Made {
  std::string_view file, output, what;
};
constexpr std::array<Made, 3> kMade{{{"cdk.json", "cdk.out", "the resources are made by a program of AWS CDK: scan what `cdk synth` writes (cdk.out)"},
                                     {"cdktf.json", "cdktf.out", "the resources are made by a program of CDK for Terraform: scan what `cdktf synth` writes (cdktf.out)"},
                                     {"Pulumi.yaml", "", "the resources are made by a program of Pulumi: scan an export of what runs (`stormwatch collect`)"}}};

const Made* made_by(const Source& source) {
  for (const Made& one : kMade)
    if (source.name == one.file) return &one;
  return nullptr;
}

bool wants(const Source& source) { return made_by(source) && source.context != "vendored" && source.context != "test"; }

Result<Observation> read(const Source& source) {
  Observation observation;
  const Made& made = *made_by(source);
  const std::string beside = source.folder().empty() ? std::string(made.output) : std::string(source.folder()) + "/" + std::string(made.output);
  if (!made.output.empty() && source.files && !source.files->files_in(beside).empty()) return observation;
  observation.gaps.push_back({source.path, source.member, "unsupported", std::string(made.what)});
  return observation;
}

}  // namespace

extern const Collector made_by_program;
const Collector made_by_program{.name = "infrastructure made by a program", .wants = wants, .read = read};

}  // namespace stormwatch::collect
