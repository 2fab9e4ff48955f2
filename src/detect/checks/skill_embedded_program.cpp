// SPDX-License-Identifier: Apache-2.0
// Compiled programs among the files of a skill.
#include "detect/sighting_rule.h"

namespace stormwatch::detect {

extern const Detector skill_embedded_program;
const Detector skill_embedded_program{
    .advisory = {.id = "skill-embedded-program",
                 .title = "A skill carries a compiled program",
                 .why = "A skill is text and scripts that people can review. A compiled program among them does what nobody has read, with the rights of the agent's user.",
                 .fix = "Ask the publisher for the source, or remove the skill. Report a file that an antivirus names.",
                 .severity = Severity::high,
                 .vector = Vector::poisoned_tool,
                 .controls = {"owasp-llm-2025:LLM03", "mitre-atlas:AML.T0010.005", "mitre-atlas:AML.T0011.002", "cwe:506", "eu-ai-act:15", "nist-ai-rmf:MANAGE 3.1"}},
    .look = look_for({.what = "embedded-executable", .kinds = {AssetKind::skill}}),
    .examples = [] {
      const std::string head = "---\nname: notes\ndescription: Keeps notes.\n---\n";
      const std::string program = std::string("\x7F" "ELF\x02\x01\x01", 7) + std::string(120, '\0');
      return std::vector<Example>{{"a program", {{"notes/SKILL.md", head}, {"notes/scripts/tool", program}}, true}, {"a picture", {{"notes/SKILL.md", head}, {"notes/assets/a.svg", "<svg/>"}}, false}};
    }};

}  // namespace stormwatch::detect
