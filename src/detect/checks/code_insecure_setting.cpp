// SPDX-License-Identifier: Apache-2.0
// Weak settings of AI applications in code.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector code_insecure_setting;
const Detector code_insecure_setting{
    .advisory = {.id = "code-insecure-setting",
                 .title = "Code switches a protection off",
                 .why = "The setting removes a check that keeps others out: certificates are not verified, a debugger answers on the network, or a tool is allowed what its authors call dangerous.",
                 .fix = "Restore the default. Where a special case needs it, limit it to development by configuration.",
                 .severity = Severity::medium,
                 .vector = Vector::misconfiguration,
                 .controls = {"owasp-llm-2025:LLM06", "cwe:295", "cwe:489", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.5"},
                 .effort_hours = 1},
    .look = look_at_code({.what = "insecure-setting",
                          .subjects = {{"tls-verification", Severity::medium}, {"debug-server", Severity::medium}, {"allow_dangerous_code", Severity::high}, {"allow_dangerous_requests", Severity::medium},
                                       {"cors-any-origin", Severity::medium}, {"safety-filter", Severity::low}}}),
    .examples = [] {
      return std::vector<Example>{{"certificates ignored", {{"c.py", R"py(import httpx
import openai
client = openai.OpenAI(http_client=httpx.Client(verify=False))
)py"}}, true},
                                  {"certificates ignored by a Go client", {{"main.go", R"(package main
import (
	"crypto/tls"
	"net/http"
	"github.com/sashabaranov/go-openai"
)
func client() *openai.Client {
	c := openai.DefaultConfig("k")
	c.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	return openai.NewClientWithConfig(c)
}
)"}}, true},
                                  {"certificates ignored by a C# client", {{"Client.cs", R"(using Microsoft.SemanticKernel;
public class Client {
  public HttpClient Make() => new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (a, b, c, d) => true });
}
)"}}, true},
                                  {"certificates judged by a C# client", {{"Client.cs", R"(using Microsoft.SemanticKernel;
public class Client {
  public HttpClient Make() => new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (a, b, c, d) => Trusted(b) });
}
)"}}, false},
                                  {"certificates checked", {{"c.py", R"py(import httpx
import openai
client = openai.OpenAI(http_client=httpx.Client(verify=True))
)py"}}, false}};
    }};

}  // namespace stormwatch::detect
