// SPDX-License-Identifier: Apache-2.0
// Pages that are shared by a public link.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector code_public_share;
const Detector code_public_share{
    .advisory = {.id = "code-public-share",
                 .title = "Code shares its page by a public link",
                 .why = "share=True opens a tunnel to this machine under a public address. Whoever has or guesses the link uses the page, with its model, tools and data, as long as it runs.",
                 .fix = "Leave share off and let those who need the page sign in; where a link is wanted for a while, pass auth.",
                 .severity = Severity::medium,
                 .vector = Vector::misconfiguration,
                 .controls = {"owasp-llm-2025:LLM06", "mitre-atlas:AML.T0049", "cwe:668", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.5"},
                 .effort_hours = 0.25},
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"public-share", Severity::medium}}}),
    .examples = [] {
      return std::vector<Example>{{"shared", {{"app.py", R"py(import gradio as gr
gr.Interface(fn=lambda x: x, inputs="text", outputs="text").launch(share=True)
)py"}}, true},
                                  {"not shared", {{"app.py", R"py(import gradio as gr
gr.Interface(fn=lambda x: x, inputs="text", outputs="text").launch()
)py"}}, false}};
    }};

}  // namespace stormwatch::detect
