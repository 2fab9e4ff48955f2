// SPDX-License-Identifier: Apache-2.0
// Skills that grant themselves every tool or every shell command.
#include "detect/sighting_rule.h"

namespace stormwatch::detect {

extern const Detector skill_allowed_tools_wildcard;
const Detector skill_allowed_tools_wildcard{
    .advisory = {.id = "skill-allowed-tools-wildcard",
                 .title = "A skill grants itself every tool",
                 .why = "allowed-tools is approval given in advance. With a wildcard, anything the skill's text or a document it reads asks for runs without a question.",
                 .fix = "List the tools, and for the shell the commands, that the skill needs.",
                 .severity = Severity::medium,
                 .vector = Vector::misconfiguration,
                 .controls = {"owasp-llm-2025:LLM06", "mitre-atlas:AML.T0053", "cwe:250", "eu-ai-act:14", "nist-ai-rmf:MANAGE 2.4"}},
    .look = look_for({.what = "insecure-setting", .kinds = {AssetKind::skill}}),
    .examples = [] {
      return std::vector<Example>{{"every tool", {{"notes/SKILL.md", "---\nname: notes\ndescription: Keeps notes.\nallowed-tools: '*'\n---\n"}}, true},
                                  {"two tools", {{"notes/SKILL.md", "---\nname: notes\ndescription: Keeps notes.\nallowed-tools: Read Grep\n---\n"}}, false}};
    }};

}  // namespace stormwatch::detect
