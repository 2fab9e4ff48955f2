// SPDX-License-Identifier: Apache-2.0
// Model output that reaches an interpreter of another kind: SQL, HTML, templates, paths, addresses.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector code_model_output_injected;
const Detector code_model_output_injected{
    .advisory = {.id = "model-output-injected",
                 .title = "Text from a model reaches SQL, HTML, a template, a path or an address unchecked",
                 .why = "The reader of such a text gives its characters a meaning. A steered answer can read other rows, run script in a browser, name other files or call inner services.",
                 .fix = "Bind SQL parameters, escape HTML, check paths and addresses against an allow-list, and use a read-only database role for model-written queries.",
                 .severity = Severity::high,
                 .vector = Vector::prompt_injection,
                 .controls = {"owasp-llm-2025:LLM05", "mitre-atlas:AML.T0077", "cwe:89", "cwe:79", "cwe:22", "cwe:918", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7"},
                 .effort_hours = 3},
    .look = look_at_code({.what = "model-output-flow", .subjects = {{"sql", Severity::high}, {"template", Severity::high}, {"html", Severity::medium}, {"url", Severity::medium}, {"path", Severity::low}}}),
    .examples = [] {
      return std::vector<Example>{{"a query written by a model", {{"q.py", R"py(import sqlite3
from langchain_openai import ChatOpenAI
llm = ChatOpenAI(model="gpt-4o")
conn = sqlite3.connect("a.db")
query = llm.invoke("write SQL").content
conn.execute(query)
)py"}}, true},
                                  {"bound as a parameter", {{"q.py", R"py(import sqlite3
from langchain_openai import ChatOpenAI
llm = ChatOpenAI(model="gpt-4o")
conn = sqlite3.connect("a.db")
name = llm.invoke("a name").content
conn.execute("select * from t where n = ?", (name,))
)py"}}, false}};
    }};

}  // namespace stormwatch::detect
