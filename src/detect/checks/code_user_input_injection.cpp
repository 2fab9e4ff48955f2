// SPDX-License-Identifier: Apache-2.0
// What users send that reaches a shell, code, SQL, a path or an address in an AI application.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector code_user_input_injection;
const Detector code_user_input_injection{
    .advisory = {.id = "code-user-input-injection",
                 .title = "What a user sends reaches a command, code, query, path or address unchecked",
                 .why = "The text comes from outside. Unchecked, it leaves the meaning the program gave it.",
                 .fix = "Bind parameters, avoid shells and eval, test paths and hosts against what is allowed.",
                 .severity = Severity::high,
                 .vector = Vector::vulnerability,
                 .controls = {"owasp-llm-2025:LLM05", "cwe:78", "cwe:94", "cwe:89", "cwe:22", "cwe:918", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7"},
                 .effort_hours = 2},
    .look = look_at_code({.what = "untrusted-input-flow", .subjects = {{"exec", Severity::critical}, {"eval", Severity::critical}, {"shell", Severity::critical}, {"process", Severity::high}, {"template", Severity::high}, {"deserialize", Severity::high}, {"import", Severity::high}, {"sql", Severity::high}, {"path-write", Severity::medium}, {"path-folder", Severity::low}, {"path-read", Severity::low}, {"url", Severity::low}}, .detail_has = "user input"}),
    .examples = [] {
      return std::vector<Example>{{"a route that evaluates", {{"app.py", R"py(import openai
from flask import Flask, request
app = Flask(__name__)
@app.route("/calc", methods=["POST"])
def calc():
    return str(eval(request.json["q"]))
)py"}}, true},
                                  {"a route that answers", {{"app.py", R"py(import openai
from flask import Flask, request
app = Flask(__name__)
@app.route("/calc", methods=["POST"])
def calc():
    return str(int(request.json["q"]))
)py"}}, false}};
    }};

}  // namespace stormwatch::detect
