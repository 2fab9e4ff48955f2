// SPDX-License-Identifier: Apache-2.0
// Model archives built so that a scanner and a loader see different members, or that write outside their folder.
#include "detect/sighting_rule.h"

namespace stormwatch::detect {
namespace {

Severity severity_of(const Asset&, const Sighting& sighting) {
  return sighting.subject == "path-traversal" || sighting.subject == "link-outside" ? Severity::high : Severity::medium;
}

/// A zip with one stored member whose stated checksum is not that of its content.
std::string zip_with(bool true_checksum) {
  const std::string name = "data.pkl", content = "(lp0\n.";
  auto number = [](std::uint64_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
    return out;
  };
  std::uint32_t crc = ~0U;
  for (char c : content) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320U : 0U);
  }
  crc = true_checksum ? ~crc : ~crc ^ 1U;
  const std::string shared = number(20, 2) + number(0, 8) + number(crc, 4) + number(content.size(), 4) + number(content.size(), 4) + number(name.size(), 2) + number(0, 2);
  const std::string local = "PK\x03\x04" + shared + name + content;
  const std::string central = "PK\x01\x02" + number(20, 2) + shared + number(0, 12) + number(0, 2) + name;
  return local + central + "PK\x05\x06" + number(0, 4) + number(1, 2) + number(1, 2) + number(central.size(), 4) + number(local.size(), 4) + number(0, 2);
}

}  // namespace

extern const Detector model_container_anomaly;
const Detector model_container_anomaly{
    .advisory = {.id = "model-container-anomaly",
                 .title = "The model archive is built to mislead scanners",
                 .why = "Headers, flags, checksums or names of the archive contradict each other, so that strict readers refuse or skip what the loader accepts. "
                        "Tools that write models never make such an archive.",
                 .fix = "Do not load the file; treat its source as hostile, or take a fresh copy if the transfer damaged it.",
                 .severity = Severity::medium,
                 .vector = Vector::poisoned_model,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0018.002", "cwe:345", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7"}},
    .look = look_for({.what = "container-anomaly", .kinds = {AssetKind::model}, .severity = severity_of}),
    .examples = [] {
      return std::vector<Example>{{"a checksum that is wrong", {{"model.pt", zip_with(false)}}, true}, {"a sound archive", {{"model.pt", zip_with(true)}}, false}};
    }};

}  // namespace stormwatch::detect
